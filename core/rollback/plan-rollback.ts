// From a cause to a rollback that can be carried out, or to the reason why there is none.
import type { Configuration } from '../../config/schema.ts';
import type { Promotion, ResolvedService } from '../../contracts/workflows/promotion.ts';
import type { Blamed, RollbackPlan } from '../../contracts/workflows/rollback-release.ts';
import { draft, timeoutsOf } from '../promotion/promotion-plan.ts';
import { askAboutSuspects } from './ask-about-suspects.ts';
import type { DeployedChange } from './deployed-change.ts';
import { judgeCause } from './judge-cause.ts';
import { planService, type ServicePlan } from './plan-service.ts';
import type { CauseOfRollback } from './read-cause.ts';
import type { AutomaticRollback, RollbackDecision } from './rollback-facts.ts';
import type { RollbackContext, RollbackPlanningPorts } from './rollback-ports.ts';

/** Some seconds: then the rollback goes past Git. */
const triesBeforeBreakGlass = 3;
/** About ten minutes: nothing else is left to try. */
const triesWithoutBreakGlass = 15;

/** Changes nothing. `findAutomaticRollbacks`: those of the last 24 hours, of all services and environments. */
export async function planRollback(
  configuration: Configuration,
  ports: RollbackPlanningPorts,
  cause: CauseOfRollback,
  findAutomaticRollbacks: () => Promise<readonly AutomaticRollback[]>,
  context: RollbackContext,
): Promise<RollbackPlan> {
  const { environment = 'unknown', services } = cause;
  const target = Object.hasOwn(configuration.environments, environment)
    ? configuration.environments[environment]
    : undefined;
  const judgement = judgeCause(configuration, cause);
  if (judgement !== undefined) return without(judgement);
  if (target === undefined) throw new Error(`no environment ${environment}, and its cause was not refused`);
  const given = { configuration, ports, cause, target, environment, context };
  if (services.length === 0) return without(await askAboutSuspects(given));

  const plans = await Promise.all(
    services.map(async (service) => ({ service, plan: await planService(given, service, findAutomaticRollbacks) })),
  );
  const acting = plans.filter(({ plan }) => plan.decision.outcome === 'acted');
  const [first] = acting;
  const speaker = (first ?? plans.find(({ plan }) => plan.decision.trips !== undefined) ?? plans[0])?.plan;
  const promotion = draftRollback(first?.plan.choice?.target, first?.service, speaker?.blamed?.correlationId);
  return {
    outcome: speaker?.decision.outcome ?? 'suppressed',
    rule: speaker?.decision.rule ?? 'names-a-service',
    reason: plans.map(({ plan }) => plan.decision.words).join('; '),
    promotion: { ...promotion, services: acting.flatMap(listTarget) },
    services: acting.flatMap(listTarget),
    blamed: acting.flatMap(listBlamed),
    ...listTripped(plans),
    ...(cause.automatic?.kind === 'failed-promotion' && cause.automatic.isHeld === true ? { isInnocent: true } : {}),
    refusedTargets: plans.flatMap(({ service, plan: { choice } }) =>
      (choice?.refused ?? []).map(({ version, because }) => ({ service, version, because })),
    ),
    gitTries: target.automaticRollback.breakGlass ? triesBeforeBreakGlass : triesWithoutBreakGlass,
    ...alertOf(),
  };

  function without({ outcome, rule, words }: Pick<RollbackDecision, 'outcome' | 'rule' | 'words'>): RollbackPlan {
    return {
      outcome,
      rule,
      reason: words,
      promotion: draftRollback(),
      services: [],
      blamed: [],
      refusedTargets: [],
      gitTries: 0,
      ...alertOf(),
    };
  }

  function alertOf(): Pick<RollbackPlan, 'alertResolvedEventId' | 'alertResolveSeconds'> {
    const { alertResolvedEventId } = cause;
    const alertResolveSeconds = (target?.automaticRollback.alertResolveMinutes ?? 0) * 60;
    return alertResolvedEventId === undefined ? { alertResolveSeconds } : { alertResolvedEventId, alertResolveSeconds };
  }

  /** A rollback belongs to the chain of causes of what it takes back. */
  function draftRollback(to?: DeployedChange, service?: string, correlationId = cause.correlationId): Promotion {
    const repository = configuration.services[service ?? '']?.repository;
    return draft(context, {
      environment,
      change: 'rollback',
      actor: cause.actor,
      reason: cause.words,
      correlationId,
      causationId: cause.causationId,
      ...(target === undefined ? {} : timeoutsOf(target)),
      ...(to === undefined ? {} : { commit: to.commit, version: to.version }),
      ...(repository === undefined ? {} : { repository: `${configuration.github.owner}/${repository}` }),
    });
  }
}

interface PlannedFor {
  readonly service: string;
  readonly plan: ServicePlan;
}

function listBlamed({ service, plan: { blamed } }: PlannedFor): Blamed[] {
  return blamed === undefined
    ? []
    : [{ service, version: blamed.version, digest: blamed.digest, promotionId: blamed.promotionId }];
}

/** Only where nothing at all goes back: what goes back is told of by its own events. */
function listTripped(plans: readonly PlannedFor[]): Pick<RollbackPlan, 'tripped'> {
  const [tripped] = plans.filter(({ plan }) => plan.decision.trips !== undefined);
  const scope = tripped?.plan.decision.trips;
  if (tripped === undefined || scope === undefined || plans.some(({ plan }) => plan.decision.outcome === 'acted'))
    return {};
  return { tripped: { scope, blamed: listBlamed(tripped) } };
}

function listTarget({ service, plan: { choice } }: PlannedFor): ResolvedService[] {
  if (choice?.target === undefined) return [];
  const { version, commit, image, digest } = choice.target;
  return [{ name: service, version, commit, image, digest, origin: 'ledger' }];
}

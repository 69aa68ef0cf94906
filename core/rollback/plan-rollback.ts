// From a cause to a rollback that can be carried out, or to the reason why there is none.
import type { Configuration } from '../../config/schema.ts';
import type { DeploymentRecord, RolloutRecord } from '../../contracts/ledger/deployments.ts';
import type { Promotion, ResolvedService } from '../../contracts/workflows/promote-release.ts';
import type { Blamed, RollbackPlan } from '../../contracts/workflows/rollback-release.ts';
import { draft, timeoutsOf } from '../promotion/promotion-plan.ts';
import type { ImageRegistry } from '../promotion/resolve-images.ts';
import { decideRollback } from './decide-rollback.ts';
import { type DeployedChange, listChanges } from './deployed-change.ts';
import { findSuspects } from './find-suspects.ts';
import { pickRollbackTarget, type TargetChoice } from './pick-rollback-target.ts';
import type { CauseOfRollback } from './read-cause.ts';
import type { AutomaticRollback, OpenCircuit, RollbackDecision } from './rollback-facts.ts';

/** Why the version cannot run against the database, in words; undefined when it can. Does not throw. */
export type SchemaCheck = (target: DeployedChange, later: readonly DeployedChange[]) => Promise<string | undefined>;

export interface RollbackPlanningPorts {
  readonly history: {
    /** Newest first. */
    listDeployments(environment: string, service: string): Promise<readonly DeploymentRecord[]>;
    findRollout(environment: string, service: string): Promise<RolloutRecord | undefined>;
    /** Of the service in the environment, and of everything together. */
    listOpenCircuits(environment: string, service: string): Promise<readonly OpenCircuit[]>;
  };
  readonly registry: ImageRegistry;
  /** By digest: why the service must not run it. */
  listQuarantines(service: string): Promise<Readonly<Record<string, string>>>;
  /** Whether a version fits the database as later ones have left it; where nothing knows, nothing is asked. */
  readonly findSchemaProblem?: SchemaCheck | undefined;
}

export interface RollbackContext {
  readonly promotionId: string;
  readonly executionArn: string;
  readonly startedAt: string;
}

/** Some seconds: then the rollback goes past Git. */
const triesBeforeBreakGlass = 3;
/** About ten minutes: nothing else is left to try. */
const triesWithoutBreakGlass = 15;

/** What one service contributes. */
interface ServicePlan {
  readonly decision: Pick<RollbackDecision, 'outcome' | 'rule' | 'words' | 'trips'>;
  readonly blamed: DeployedChange | undefined;
  readonly choice: TargetChoice | undefined;
}

/** Changes nothing. `automaticRollbacks`: those of the last 24 hours, of all services and environments. */
export async function planRollback(
  configuration: Configuration,
  ports: RollbackPlanningPorts,
  cause: CauseOfRollback,
  automaticRollbacks: readonly AutomaticRollback[],
  context: RollbackContext,
): Promise<RollbackPlan> {
  const { environment = 'unknown', services } = cause;
  const target = Object.hasOwn(configuration.environments, environment)
    ? configuration.environments[environment]
    : undefined;
  if (target === undefined) {
    const known = Object.keys(configuration.environments).join(', ');
    return without('suppressed', 'names-an-environment', `the cause names no environment of ours, there are ${known}`);
  }
  const foreign = services.filter((name) => !Object.hasOwn(configuration.services, name));
  if (foreign.length > 0) return without('refused', 'names-a-service', `no service ${foreign.join(', ')}`);
  if (services.length === 0) return await askAboutSuspects();
  if (cause.automatic === undefined && target.approvers.length > 0 && !target.approvers.includes(cause.actor)) {
    const words = `${cause.actor} may not change ${environment}, these may: ${target.approvers.join(', ')}`;
    return without('refused', 'allowed-to-change', words);
  }
  const { bakeMinutes } = target.automaticRollback;
  const policy = {
    ...target.automaticRollback,
    maximumInAllPerHour: configuration.automaticRollback.maximumInAllPerHour,
  };

  const plans = await Promise.all(services.map(async (service) => ({ service, plan: await planService(service) })));
  const acting = plans.filter(({ plan }) => plan.decision.outcome === 'acted');
  const { plan: speaker } = acting[0] ??
    plans.find(({ plan }) => plan.decision.trips !== undefined) ??
    plans[0] ?? { plan: undefined };
  if (speaker === undefined) return without('suppressed', 'names-a-service', 'the cause names no service');
  const [first] = acting;
  const promotion = draftRollback(first?.plan.choice?.target, first?.service, speaker.blamed?.correlationId);
  return {
    outcome: speaker.decision.outcome,
    rule: speaker.decision.rule,
    reason: plans.map(({ plan }) => plan.decision.words).join('; '),
    promotion: { ...promotion, services: acting.flatMap(({ service, plan }) => listTarget(service, plan)) },
    services: acting.flatMap(({ service, plan }) => listTarget(service, plan)),
    blamed: acting.flatMap(listBlamed),
    ...listTripped(plans),
    ...(cause.automatic?.kind === 'failed-promotion' && cause.automatic.isHeld === true ? { isInnocent: true } : {}),
    refusedTargets: plans.flatMap(({ service, plan: { choice } }) =>
      (choice?.refused ?? []).map(({ version, because }) => ({ service, version, because })),
    ),
    gitTries: target.automaticRollback.breakGlass ? triesBeforeBreakGlass : triesWithoutBreakGlass,
    ...alertOf(),
  };

  async function planService(service: string): Promise<ServicePlan> {
    const [changes, quarantines, openCircuits] = await Promise.all([
      readChanges(service),
      ports.listQuarantines(service),
      cause.automatic === undefined ? [] : ports.history.listOpenCircuits(environment, service),
    ]);
    const decision: Pick<RollbackDecision, 'outcome' | 'rule' | 'words' | 'blamed' | 'trips'> =
      cause.automatic === undefined
        ? decideRequest(service, changes)
        : decideRollback(policy, {
            rollbackId: context.promotionId,
            environment,
            service,
            cause: cause.automatic,
            changes,
            automaticRollbacks,
            openCircuits,
            now: context.startedAt,
          });
    const { blamed } = decision;
    if (decision.outcome !== 'acted' || blamed === undefined) return { decision, blamed, choice: undefined };
    const choice = await chooseTarget(changes, quarantines, blamed);
    if (choice.target !== undefined) {
      const words = `${decision.words}, to ${choice.target.version}`;
      return { decision: { ...decision, words }, blamed, choice };
    }
    const tried = choice.refused.map(({ version, because }) => `${version}: ${because}`).join('; ');
    const words = `${service} cannot go back in ${environment}, no version is known to be good (${tried})`;
    return { decision: { outcome: 'refused', rule: 'known-good-target', words }, blamed, choice };
  }

  /** Oldest first. */
  async function readChanges(service: string): Promise<DeployedChange[]> {
    const [deployments, rollout] = await Promise.all([
      ports.history.listDeployments(environment, service),
      ports.history.findRollout(environment, service),
    ]);
    return listChanges(deployments, rollout, (target?.rolloutTimeoutMinutes ?? 0) * 60_000, context.startedAt);
  }

  function decideRequest(
    service: string,
    changes: readonly DeployedChange[],
  ): Pick<RollbackDecision, 'outcome' | 'rule' | 'words' | 'blamed'> {
    const blamed = changes.at(-1);
    if (blamed === undefined) {
      const words = `no deployment of ${service} to ${environment} is known: there is nothing to take back`;
      return { outcome: 'refused', rule: 'deployed-before', words };
    }
    const words = `${service} ${blamed.version} goes back in ${environment}: ${cause.actor} asks (${cause.words})`;
    return { outcome: 'acted', rule: 'asked-for', words, blamed };
  }

  async function chooseTarget(
    changes: readonly DeployedChange[],
    quarantines: Readonly<Record<string, string>>,
    { digest: badDigest }: DeployedChange,
  ): Promise<TargetChoice> {
    const problems: Record<string, string> = {};
    const known = new Set<string>();
    // Only what would be taken is looked at closely: each look is a call, and every moment counts.
    for (;;) {
      const facts = { changes, badDigests: [badDigest], quarantines, problems, bakeMinutes, now: context.startedAt };
      const choice = pickRollbackTarget(facts, cause.to);
      if (choice.target === undefined || known.has(choice.target.digest)) return choice;
      known.add(choice.target.digest);
      const problem = await lookCloser(choice.target, changes);
      if (problem !== undefined) problems[choice.target.digest] = problem;
    }
  }

  async function lookCloser(target: DeployedChange, changes: readonly DeployedChange[]): Promise<string | undefined> {
    const [isMissing, unfit] = await Promise.all([
      // The nodes may have it still: a registry that is down must not keep us from going back.
      ports.registry.findDigest(target.image, target.digest).then(
        (found) => found === undefined,
        () => false,
      ),
      ports.findSchemaProblem?.(target, changes.slice(changes.indexOf(target) + 1)),
    ]);
    return isMissing ? 'its image is not in the registry any more' : unfit;
  }

  /** An alert that names the environment only: whatever changed there lately may be it. */
  async function askAboutSuspects(): Promise<RollbackPlan> {
    const { automatic } = cause;
    if (automatic?.kind !== 'alert') return without('refused', 'names-a-service', 'the cause names no service');
    const bake = target?.automaticRollback.bakeMinutes ?? 0;
    const all = await Promise.all(
      Object.keys(configuration.services).map(async (service) =>
        findSuspects(await readChanges(service), automatic.startsAt, bake).map(
          ({ version }) => `${service} ${version}`,
        ),
      ),
    );
    const suspects = all.flat();
    return suspects.length === 0
      ? without(
          'suppressed',
          'names-a-service',
          `${automatic.name} names no service, and nothing was deployed before it`,
        )
      : without(
          'deferred',
          'names-a-service',
          `${automatic.name} names no service; deployed before it: ${suspects.join(', ')}`,
        );
  }

  function without(outcome: RollbackPlan['outcome'], rule: string, reason: string): RollbackPlan {
    return {
      outcome,
      rule,
      reason,
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

function listTarget(service: string, { choice }: ServicePlan): ResolvedService[] {
  if (choice?.target === undefined) return [];
  const { version, commit, image, digest } = choice.target;
  return [{ name: service, version, commit, image, digest, origin: 'ledger' }];
}

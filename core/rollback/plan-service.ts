// What one service contributes to a rollback: what is to blame, and where to it goes back.
import type { Configuration } from '../../config/schema.ts';
import { decideRollback } from './decide-rollback.ts';
import { type DeployedChange, listChanges } from './deployed-change.ts';
import { pickRollbackTarget, type TargetChoice } from './pick-rollback-target.ts';
import type { CauseOfRollback } from './read-cause.ts';
import type { AutomaticRollback, RollbackDecision } from './rollback-facts.ts';
import type { RollbackContext, RollbackPlanningPorts } from './rollback-ports.ts';

export interface ServicePlan {
  readonly decision: Pick<RollbackDecision, 'outcome' | 'rule' | 'words' | 'trips'>;
  readonly blamed: DeployedChange | undefined;
  readonly choice: TargetChoice | undefined;
}

/** Where a service is to go back, and why. */
export interface ServiceCase {
  readonly configuration: Configuration;
  readonly ports: RollbackPlanningPorts;
  readonly cause: CauseOfRollback;
  readonly target: Configuration['environments'][string];
  readonly environment: string;
  readonly context: RollbackContext;
}

/** Changes nothing. `findAutomaticRollbacks`: those of the last 24 hours, of all services and environments. */
export async function planService(
  given: ServiceCase,
  service: string,
  findAutomaticRollbacks: () => Promise<readonly AutomaticRollback[]>,
): Promise<ServicePlan> {
  const { configuration, ports, cause, target, environment, context } = given;
  const { automatic, alertResolvedEventId } = cause;
  // All at once: each waits for a call, and every moment counts.
  const [changes, quarantines, openCircuits, automaticRollbacks, isAlertResolved] = await Promise.all([
    readChanges(given, service),
    ports.listQuarantines(service),
    automatic === undefined ? [] : ports.history.listOpenCircuits(environment, service),
    automatic === undefined ? [] : findAutomaticRollbacks(),
    alertResolvedEventId === undefined ? false : ports.isAlertResolved(alertResolvedEventId),
  ]);
  const policy = {
    ...target.automaticRollback,
    maximumInAllPerHour: configuration.automaticRollback.maximumInAllPerHour,
  };
  const decision: Pick<RollbackDecision, 'outcome' | 'rule' | 'words' | 'blamed' | 'trips'> =
    automatic === undefined
      ? decideRequest(given, service, changes)
      : decideRollback(policy, {
          rollbackId: context.promotionId,
          environment,
          service,
          cause: automatic,
          isAlertResolved,
          changes,
          automaticRollbacks,
          openCircuits,
          now: context.startedAt,
        });
  const { blamed } = decision;
  if (decision.outcome !== 'acted' || blamed === undefined) return { decision, blamed, choice: undefined };
  const choice = await chooseTarget(given, changes, quarantines, blamed);
  if (choice.target !== undefined) {
    const words = `${decision.words}, to ${choice.target.version}`;
    return { decision: { ...decision, words }, blamed, choice };
  }
  const tried = choice.refused.map(({ version, because }) => `${version}: ${because}`).join('; ');
  const words = `${service} cannot go back in ${environment}, no version is known to be good (${tried})`;
  return { decision: { outcome: 'refused', rule: 'known-good-target', words }, blamed, choice };
}

/** Oldest first. */
export async function readChanges(
  { ports: { history }, target, environment, context }: ServiceCase,
  service: string,
): Promise<DeployedChange[]> {
  const [deployments, rollout] = await Promise.all([
    history.listDeployments(environment, service),
    history.findRollout(environment, service),
  ]);
  return listChanges(deployments, rollout, target.rolloutTimeoutMinutes * 60_000, context.startedAt);
}

function decideRequest(
  { cause, environment }: ServiceCase,
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
  { ports, cause, target, context }: ServiceCase,
  changes: readonly DeployedChange[],
  quarantines: Readonly<Record<string, string>>,
  { digest: badDigest }: DeployedChange,
): Promise<TargetChoice> {
  const { bakeMinutes } = target.automaticRollback;
  const problems: Record<string, string> = {};
  const known = new Set<string>();
  // Only what would be taken is looked at closely: each look is a call.
  for (;;) {
    const facts = {
      changes,
      badDigests: [badDigest],
      quarantines,
      problems,
      bakeMinutes,
      isCanary: target.strategy === 'canary',
      now: context.startedAt,
    };
    const choice = pickRollbackTarget(facts, cause.to);
    if (choice.target === undefined || known.has(choice.target.digest)) return choice;
    known.add(choice.target.digest);
    const problem = await lookCloser(ports, choice.target, changes);
    if (problem !== undefined) problems[choice.target.digest] = problem;
  }
}

async function lookCloser(
  { registry, findSchemaProblem }: RollbackPlanningPorts,
  target: DeployedChange,
  changes: readonly DeployedChange[],
): Promise<string | undefined> {
  const [isMissing, unfit] = await Promise.all([
    // The nodes may have it still: a registry that is down must not keep us from going back.
    registry.findDigest(target.image, target.digest).then(
      (found) => found === undefined,
      () => false,
    ),
    findSchemaProblem?.(target, changes.slice(changes.indexOf(target) + 1)),
  ]);
  return isMissing ? 'its image is not in the registry any more' : unfit;
}

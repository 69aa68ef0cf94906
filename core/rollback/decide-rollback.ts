// May a release be taken back without asking anybody? Every "no" has the rule that said it and words for a person.
import type { DecisionRecord } from '../../contracts/ledger/decisions.ts';
import type { DeployedChange } from './deployed-change.ts';
import { findSuspects } from './find-suspects.ts';

export interface RollbackPolicy {
  readonly enabled: boolean;
  readonly bakeMinutes: number;
  readonly maximumPerServicePerDay: number;
  readonly maximumInAllPerHour: number;
}

/** What speaks against a release. */
export type RollbackCause =
  | {
      readonly kind: 'alert';
      readonly name: string;
      readonly startsAt: string;
      readonly severity: string | undefined;
      /** Whether it is over already. */
      readonly isResolved: boolean;
    }
  | { readonly kind: 'failed-promotion'; readonly promotionId: string };

/** An automatic rollback that was begun; all of the last 24 hours are known. */
export interface AutomaticRollback {
  readonly rollbackId: string;
  readonly environment: string;
  readonly service: string;
  /** The change that was taken back. */
  readonly blamedPromotionId: string;
  readonly at: string;
}

export interface RollbackFacts {
  readonly rollbackId: string;
  readonly environment: string;
  readonly service: string;
  readonly cause: RollbackCause;
  /** Of the service in the environment, oldest first. */
  readonly changes: readonly DeployedChange[];
  /** Of all services and environments. */
  readonly automaticRollbacks: readonly AutomaticRollback[];
  readonly now: string;
}

export interface RollbackDecision {
  /** `acted`: take `blamed` back. `suppressed`: nothing to do. `deferred`: people are to decide. `refused`: a limit says no. */
  readonly outcome: DecisionRecord['outcome'];
  readonly rule: string;
  readonly words: string;
  readonly suspects: readonly DeployedChange[];
  readonly blamed?: DeployedChange;
}

type Answer = Pick<RollbackDecision, 'outcome' | 'words'> | undefined;
interface Case {
  readonly policy: RollbackPolicy;
  readonly facts: RollbackFacts;
  readonly suspects: readonly DeployedChange[];
  readonly blamed: DeployedChange | undefined;
}

const hourMilliseconds = 3_600_000;

/** In this order; the first that answers decides. There is no rule for freezes: nothing that is frozen can be kept broken by it. */
const rules: readonly (readonly [name: string, ask: (given: Case) => Answer])[] = [
  [
    'automatic-rollback-enabled',
    ({ policy, facts }) =>
      policy.enabled ? undefined : suppress(`automatic rollback is switched off in ${facts.environment}`),
  ],
  [
    'critical-alert',
    ({ facts: { cause } }) => {
      if (cause.kind !== 'alert' || cause.severity === 'critical') return undefined;
      return suppress(
        `${cause.name} has ${cause.severity === undefined ? 'no severity' : `severity ${cause.severity}`}: only critical ones act`,
      );
    },
  ],
  [
    'still-firing',
    ({ facts: { cause } }) =>
      cause.kind === 'alert' && cause.isResolved
        ? suppress(`${cause.name} was resolved before it was handled`)
        : undefined,
  ],
  [
    'deployed-before-alert',
    ({ facts, policy, suspects }) => (suspects.length > 0 ? undefined : suppress(describeInnocence(facts, policy))),
  ],
  [
    'one-suspect',
    ({ facts, suspects }) =>
      suspects.length === 1
        ? undefined
        : defer(
            `${facts.service} ${suspects.map(({ version }) => version).join(' and ')} were serving side by side when it began: say which one goes`,
          ),
  ],
  [
    'no-rollback-of-a-rollback',
    ({ blamed }) =>
      blamed?.change === 'rollback'
        ? refuse(`${blamed.version} was itself a rollback: going further back is for people`)
        : undefined,
  ],
  [
    'still-running',
    ({ facts, blamed }) => {
      const newest = facts.changes.at(-1);
      return newest?.digest === blamed?.digest
        ? undefined
        : suppress(`${blamed?.version} was replaced by ${newest?.version} already`);
    },
  ],
  [
    'one-rollback-per-episode',
    ({ facts, blamed }) => {
      const earlier = othersOf(facts).find(
        ({ blamedPromotionId, service, environment }) =>
          blamedPromotionId === blamed?.promotionId && service === facts.service && environment === facts.environment,
      );
      return earlier === undefined ? undefined : suppress(`${blamed?.version} is being taken back since ${earlier.at}`);
    },
  ],
  [
    'limit-per-service-and-day',
    ({ policy, facts }) => {
      const count = countSince(
        facts,
        24 * hourMilliseconds,
        ({ service, environment }) => service === facts.service && environment === facts.environment,
      );
      return count < policy.maximumPerServicePerDay
        ? undefined
        : refuse(
            `${facts.service} was taken back ${times(count)} in ${facts.environment} within 24 hours, at most ${policy.maximumPerServicePerDay} are allowed`,
          );
    },
  ],
  [
    'limit-in-all-per-hour',
    ({ policy, facts }) => {
      const count = countSince(facts, hourMilliseconds, () => true);
      return count < policy.maximumInAllPerHour
        ? undefined
        : refuse(
            `${times(count)} in the last hour something was taken back, at most ${policy.maximumInAllPerHour} are allowed: this is more than a bad release`,
          );
    },
  ],
];

/** Pure: the same facts give the same answer. */
export function decideRollback(policy: RollbackPolicy, facts: RollbackFacts): RollbackDecision {
  const { cause, changes } = facts;
  const suspects =
    cause.kind === 'alert'
      ? findSuspects(changes, cause.startsAt, policy.bakeMinutes)
      : changes.filter(({ promotionId }) => promotionId === cause.promotionId);
  const blamed = suspects.length === 1 ? suspects[0] : undefined;
  for (const [rule, ask] of rules) {
    const answer = ask({ policy, facts, suspects, blamed });
    if (answer !== undefined) return { ...answer, rule, suspects, ...(blamed === undefined ? {} : { blamed }) };
  }
  const words = `${facts.service} ${blamed?.version} goes back in ${facts.environment}: ${describeCause(cause, blamed)}`;
  return { outcome: 'acted', rule: 'release-caused-it', words, suspects, ...(blamed === undefined ? {} : { blamed }) };
}

function describeCause(cause: RollbackCause, blamed: DeployedChange | undefined): string {
  if (cause.kind === 'failed-promotion') return 'it did not become healthy';
  return `${cause.name} fires since ${cause.startsAt}, after it was deployed at ${blamed?.startedAt}`;
}

function describeInnocence(
  { cause, changes, service, environment }: RollbackFacts,
  { bakeMinutes }: RollbackPolicy,
): string {
  if (cause.kind === 'failed-promotion')
    return `promotion ${cause.promotionId} has not reached ${service} in ${environment}`;
  const last = changes.at(-1);
  if (last === undefined) return `no deployment of ${service} to ${environment} is known`;
  return Date.parse(cause.startsAt) < Date.parse(last.startedAt)
    ? `${cause.name} fires since ${cause.startsAt}, before ${last.version} was deployed at ${last.startedAt}`
    : `${cause.name} fires since ${cause.startsAt}, more than ${bakeMinutes} minutes after the last deployment`;
}

/** What the same rollback has entered itself does not count against it: a step can be repeated. */
function othersOf({ automaticRollbacks, rollbackId }: RollbackFacts): AutomaticRollback[] {
  return automaticRollbacks.filter((each) => each.rollbackId !== rollbackId);
}

function countSince(facts: RollbackFacts, milliseconds: number, counts: (each: AutomaticRollback) => boolean): number {
  const since = Date.parse(facts.now) - milliseconds;
  return othersOf(facts).filter((each) => Date.parse(each.at) > since && counts(each)).length;
}

const times = (count: number): string => (count === 1 ? 'once' : `${count} times`);
const suppress = (words: string): Answer => ({ outcome: 'suppressed', words });
const defer = (words: string): Answer => ({ outcome: 'deferred', words });
const refuse = (words: string): Answer => ({ outcome: 'refused', words });

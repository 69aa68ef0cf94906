// The rules by which a release is taken back without asking anybody, in the order in which they are asked.
import { circuitScope, wholeCircuit } from '../../contracts/ledger/circuits.ts';
import type { DeployedChange } from './deployed-change.ts';
import type {
  AutomaticRollback,
  RollbackCause,
  RollbackDecision,
  RollbackFacts,
  RollbackPolicy,
} from './rollback-facts.ts';

export interface Case {
  readonly policy: RollbackPolicy;
  readonly facts: RollbackFacts;
  readonly suspects: readonly DeployedChange[];
  readonly blamed: DeployedChange | undefined;
}
/** What is known of a cause before anything is read. */
export interface BareCase {
  readonly policy: Pick<RollbackPolicy, 'enabled'>;
  readonly environment: string;
  readonly cause: RollbackCause;
}
type Answer = Pick<RollbackDecision, 'outcome' | 'words' | 'trips'> | undefined;

const hourMilliseconds = 3_600_000;

/** Those that the cause alone can answer, asked before all others. */
export const rulesOfCauses: readonly (readonly [name: string, ask: (given: BareCase) => Answer])[] = [
  [
    'automatic-rollback-enabled',
    ({ policy, environment }) =>
      policy.enabled ? undefined : suppress(`automatic rollback is switched off in ${environment}`),
  ],
  [
    'critical-alert',
    ({ cause }) => {
      if (cause.kind !== 'alert' || cause.severity === 'critical') return undefined;
      return suppress(
        `${cause.name} has ${cause.severity === undefined ? 'no severity' : `severity ${cause.severity}`}: only critical ones act`,
      );
    },
  ],
];

/** In this order; the first that answers decides. There is no rule for freezes: nothing that is frozen can be kept broken by it. */
export const rollbackRules: readonly (readonly [name: string, ask: (given: Case) => Answer])[] = [
  ...rulesOfCauses.map(
    ([name, ask]) =>
      [name, ({ policy, facts }: Case) => ask({ policy, environment: facts.environment, cause: facts.cause })] as const,
  ),
  [
    'still-firing',
    ({ facts: { cause, isAlertResolved } }) =>
      cause.kind === 'alert' && isAlertResolved
        ? suppress(`${cause.name} was resolved before it was handled`)
        : undefined,
  ],
  [
    'deployed-before-alert',
    ({ facts, policy, suspects }) => (suspects.length > 0 ? undefined : suppress(describeInnocence(facts, policy))),
  ],
  [
    'one-rollback-per-episode',
    ({ facts, suspects }) => {
      const ongoing = suspects.flatMap((suspect) => {
        const entry = findRollbackOf(facts, suspect.promotionId);
        return entry === undefined ? [] : [{ suspect, entry }];
      });
      const [first] = ongoing;
      if (first !== undefined) return suppress(`${first.suspect.version} is being taken back since ${first.entry.at}`);
      const byHand = suspects.find(({ change, outcome }) => change === 'rollback' && outcome === 'under-way');
      return byHand === undefined
        ? undefined
        : suppress(`${facts.service} is going back to ${byHand.version} since ${byHand.startedAt}`);
    },
  ],
  [
    'cooling-down',
    ({ policy, facts: { cause, ...facts }, blamed }) => {
      if (cause.kind !== 'alert' || blamed?.change !== 'rollback' || blamed.finishedAt === undefined) return undefined;
      const coolAt = Date.parse(blamed.finishedAt) + policy.coolingMinutes * 60_000;
      // The same alert firing anew is no echo: the rollback has not helped for long.
      const entry = facts.automaticRollbacks.find(({ rollbackId }) => rollbackId === blamed.promotionId);
      if (entry?.fingerprint === cause.fingerprint || Date.parse(cause.startsAt) > coolAt) return undefined;
      return suppress(
        `${cause.name} began within ${policy.coolingMinutes} minutes after the rollback at ${blamed.finishedAt}`,
      );
    },
  ],
  [
    'circuit-closed',
    ({ facts: { openCircuits, rollbackId } }) => {
      const circuit = openCircuits.find((each) => each.rollbackId !== rollbackId);
      return circuit === undefined
        ? undefined
        : suppress(
            `nothing goes back by itself since ${circuit.openedAt} (${circuit.rule}): \`automation circuit close ${circuit.scope}\` when it may again`,
          );
    },
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
    ({ facts, blamed }) =>
      blamed?.change === 'rollback'
        ? trip(scopeOf(facts), `${blamed.version} was itself a rollback: going further back is for people`)
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
    'limit-per-service-and-day',
    ({ policy, facts }) => {
      const count = countSince(
        facts,
        24 * hourMilliseconds,
        ({ service, environment }) => service === facts.service && environment === facts.environment,
      );
      return count < policy.maximumPerServicePerDay
        ? undefined
        : trip(
            policy.maximumPerServicePerDay === 0 ? undefined : scopeOf(facts),
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
        : trip(
            policy.maximumInAllPerHour === 0 ? undefined : wholeCircuit,
            `${times(count)} in the last hour something was taken back, at most ${policy.maximumInAllPerHour} are allowed: this is more than a bad release`,
          );
    },
  ],
];

/** The automatic rollback that took this change back, other than the one that asks. */
function findRollbackOf(facts: RollbackFacts, promotionId: string): AutomaticRollback | undefined {
  return othersOf(facts).find(
    ({ blamedPromotionId, service, environment }) =>
      blamedPromotionId === promotionId && service === facts.service && environment === facts.environment,
  );
}

const scopeOf = ({ environment, service }: RollbackFacts): string => circuitScope(environment, service);

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
/** A limit: from here on people decide. Nothing is opened where a limit of none says that nothing ever goes back by itself. */
const trip = (scope: string | undefined, words: string): Answer => ({
  outcome: 'refused',
  words,
  ...(scope === undefined ? {} : { trips: scope }),
});

// Asks the gates of an environment, and decides what becomes of the promotion: it passes, waits, or is refused.
import type { GateName } from '../../config/gate-names.ts';
import { formatTime } from '../clock.ts';
import { imageSigned, migrationCompatible, securityEvidence } from './attested.ts';
import { buildSucceeded } from './build-succeeded.ts';
import type { Gate, GateVerdict } from './gate.ts';
import type { GateFacts } from './gate-facts.ts';
import { imageAvailable } from './image-available.ts';
import { newestDesired } from './newest-desired.ts';
import { noOpenIncident } from './no-open-incident.ts';
import { notFrozen } from './not-frozen.ts';
import { notQuarantined } from './not-quarantined.ts';
import type { OverrideInForce } from './override.ts';
import { restoreProven } from './restore-proven.ts';
import { soaked } from './soaked.ts';
import { testedBefore } from './tested-before.ts';
import { withinRolloutLimit } from './within-rollout-limit.ts';

const gates: Readonly<Record<GateName, Gate>> = {
  'build-succeeded': buildSucceeded,
  'image-available': imageAvailable,
  'image-signed': imageSigned,
  'security-evidence': securityEvidence,
  'migration-compatible': migrationCompatible,
  'restore-proven': restoreProven,
  'not-quarantined': notQuarantined,
  'tested-before': testedBefore,
  soaked,
  'no-open-incident': noOpenIncident,
  'not-frozen': notFrozen,
  'within-rollout-limit': withinRolloutLimit,
  'newest-desired': newestDesired,
};

/** How long has been waited already; handed from one asking to the next. */
export interface GateWait {
  readonly since: string;
  /** How often in a row a gate could not tell. */
  readonly attempts: number;
  /** The gates of which people have been told. */
  readonly told: readonly string[];
}

export interface GateDecision {
  readonly outcome: 'passed' | 'waiting' | 'refused' | 'superseded';
  readonly reason: string;
  readonly verdicts: readonly GateVerdict[];
  /** Only while it waits. */
  readonly wait?: GateWait & {
    /** When the gates are asked again, ISO 8601. */
    readonly until: string;
    /** Whether people have not been told of it yet. */
    readonly isNews: boolean;
  };
}

export interface GateOptions {
  readonly names: readonly GateName[];
  readonly overrides: readonly OverrideInForce[];
  readonly wait: GateWait | undefined;
  /** Nobody waits for a gate longer than this. */
  readonly maximumWaitMinutes: number;
}

/** "Cannot tell" is asked again so often, and then refused with that word. */
const maximumAttempts = 5;
const firstPauseMilliseconds = 30_000;

export function evaluateGates(
  { names, overrides, wait, maximumWaitMinutes }: GateOptions,
  facts: GateFacts,
): GateDecision {
  const verdicts = names.map((gate) => overrule({ gate, ...gates[gate](facts) }, facts, overrides));
  const closed = verdicts.filter((verdict) => verdict.verdict === 'closed');
  const unknown = verdicts.filter(({ verdict }) => verdict === 'cannot-tell');
  const superseded = closed.find(({ isSuperseded }) => isSuperseded);
  if (superseded !== undefined) return { outcome: 'superseded', reason: superseded.reason, verdicts };
  const inTheWay = [...closed, ...unknown];
  if (inTheWay.length === 0) {
    const words = verdicts.filter(({ verdict }) => verdict === 'open').map(({ reason }) => reason);
    return { outcome: 'passed', reason: words.join(', ') || 'no gates', verdicts };
  }
  const reason = [
    ...closed.map((verdict) => verdict.reason),
    ...unknown.map((verdict) => `cannot tell ${verdict.reason}`),
  ].join('; ');
  if (closed.some(({ nextOpen }) => nextOpen === undefined)) return { outcome: 'refused', reason, verdicts };

  const since = wait?.since ?? facts.now;
  const attempts = unknown.length === 0 ? 0 : (wait?.attempts ?? 0) + 1;
  if (attempts > maximumAttempts) {
    return { outcome: 'refused', reason: `${reason} (asked ${maximumAttempts} times)`, verdicts };
  }
  const pause = unknown.length === 0 ? 0 : firstPauseMilliseconds * 2 ** (attempts - 1);
  const until = Math.max(
    Date.parse(facts.now) + pause,
    ...closed.map(({ nextOpen = facts.now }) => Date.parse(nextOpen)),
  );
  if (until - Date.parse(since) > maximumWaitMinutes * 60_000) {
    const limit = `not before ${formatTime(until)}, and at most ${maximumWaitMinutes} minutes are waited (gateWaitMinutes)`;
    return { outcome: 'refused', reason: `${reason}; ${limit}`, verdicts };
  }
  const told = wait?.told ?? [];
  const news = inTheWay.map(({ gate }) => gate).filter((gate) => !told.includes(gate));
  return {
    outcome: 'waiting',
    reason,
    verdicts,
    wait: { since, attempts, told: [...told, ...news], until: formatTime(until), isNews: news.length > 0 },
  };
}

/** Only when it is overruled for every service of the promotion. */
function overrule(verdict: GateVerdict, { services }: GateFacts, overrides: readonly OverrideInForce[]): GateVerdict {
  if (verdict.verdict !== 'closed' && verdict.verdict !== 'cannot-tell') return verdict;
  const { gate } = verdict;
  const found = services.map(({ name }) =>
    overrides.find(({ service, gates: overruled }) => service === name && overruled.some((each) => each === gate)),
  );
  const [first] = found;
  if (first === undefined || found.includes(undefined)) return verdict;
  const { approvers, reason, validUntil } = first;
  const words = `overruled by ${approvers.join(' and ')} until ${validUntil} (${reason}); it says: ${verdict.reason}`;
  return { gate, verdict: 'open', reason: words };
}

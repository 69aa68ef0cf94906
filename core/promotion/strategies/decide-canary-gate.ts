// May Flagger begin with a canary, may it promote it, must it take it back? Asked by its webhooks, while it waits.

import type { RolloutRecord } from '../../../contracts/ledger/deployments.ts';
import type { LeaseRecord } from '../../../contracts/ledger/leases.ts';
import { describeHolds } from '../../gates/find-holds.ts';
import type { GateVerdict } from '../../gates/gate.ts';

export interface CanaryFacts {
  /** ISO 8601. */
  readonly now: string;
  /** What the automation is bringing, or brought last. */
  readonly rollout: RolloutRecord | undefined;
  readonly lease: LeaseRecord | undefined;
  /** Why the rollout's digest must not run; undefined when it may. */
  readonly quarantinedBecause: string | undefined;
  /** Why nothing moves forward here; undefined when it may. */
  readonly circuitOpenBecause: string | undefined;
  /** Who asked for just this digest to go back, and why. */
  readonly rollbackRequest: { readonly digest: string; readonly actor: string; readonly reason: string } | undefined;
}

/**
 * A rollback in the middle of an analysis is promoted without one, and then Flagger takes the version that it has just promoted for
 * a new one: it remembers as promoted what it applied last, which is the bad one. So it asks once more when the rollback has ended.
 * @see https://github.com/fluxcd/flagger/blob/main/pkg/canary/status.go
 */
const settlingMilliseconds = 10 * 60_000;

export interface CanaryGateVerdict {
  /** `cannot-tell` never lets anything pass. */
  readonly verdict: 'open' | 'closed' | 'cannot-tell';
  readonly reason: string;
}

/**
 * The answer to confirm-rollout and confirm-promotion: both ask for leave to let more users have the version. `holds`: the gates
 * of the environment that are closed by now, or cannot tell: freezes, incidents, firing alerts.
 */
export function decideCanaryGate(
  { rollout, lease, ...facts }: CanaryFacts,
  holds: readonly GateVerdict[],
): CanaryGateVerdict {
  if (rollout === undefined)
    return { verdict: 'cannot-tell', reason: 'the automation has brought nothing here: promote it to let it pass' };
  const { version, digest, promotionId, fencingToken, change, committedAt } = rollout;
  if (facts.quarantinedBecause !== undefined)
    return { verdict: 'closed', reason: `${version} is quarantined: ${facts.quarantinedBecause}` };
  if (facts.rollbackRequest?.digest === digest)
    return { verdict: 'closed', reason: `${facts.rollbackRequest.actor} asked for ${version} to go back` };
  const isOurs = lease?.holder !== undefined && lease.fencingToken === fencingToken;
  const isSettling =
    change === 'rollback' &&
    lease?.holder === undefined &&
    Date.parse(facts.now) - Date.parse(committedAt) < settlingMilliseconds;
  if (!isOurs && !isSettling)
    return { verdict: 'closed', reason: `promotion ${promotionId} of ${version} has ended or was pre-empted` };
  if (change === 'rollback') return { verdict: 'open', reason: `${version} goes back: nothing holds a rollback` };
  if (facts.circuitOpenBecause !== undefined)
    return { verdict: 'closed', reason: `nothing moves forward here: ${facts.circuitOpenBecause}` };
  if (holds.length > 0) {
    const verdict = holds.some((hold) => hold.verdict === 'closed') ? 'closed' : 'cannot-tell';
    return { verdict, reason: describeHolds(holds) };
  }
  return { verdict: 'open', reason: `promotion ${promotionId} brings ${version}` };
}

/** The answer to the rollback webhook. Without knowledge nothing goes back: no data is no verdict. */
export function decideCanaryRollback({ rollout, ...facts }: CanaryFacts): {
  readonly isWanted: boolean;
  readonly reason: string;
} {
  if (rollout === undefined) return { isWanted: false, reason: 'the automation has brought nothing here' };
  const { version, digest, change } = rollout;
  // What comes back must not be taken back in its turn.
  if (change === 'rollback') return { isWanted: false, reason: `${version} is a rollback` };
  if (facts.rollbackRequest?.digest === digest) {
    const { actor, reason } = facts.rollbackRequest;
    return { isWanted: true, reason: `${actor} asked for ${version} to go back: ${reason}` };
  }
  if (facts.quarantinedBecause !== undefined)
    return { isWanted: true, reason: `${version} is quarantined: ${facts.quarantinedBecause}` };
  return { isWanted: false, reason: `nobody asked for ${version} to go back` };
}

export const flaggerQuestions = ['confirm-rollout', 'confirm-promotion', 'rollback'] as const;
export type FlaggerQuestion = (typeof flaggerQuestions)[number];

/** What Flagger is told: yes or no, and why. `holds` is not asked of a rollback. */
export function answerFlagger(
  question: FlaggerQuestion,
  facts: CanaryFacts,
  holds: readonly GateVerdict[],
): { readonly isYes: boolean; readonly reason: string; readonly verdict?: CanaryGateVerdict['verdict'] } {
  if (question === 'rollback') {
    const { isWanted, reason } = decideCanaryRollback(facts);
    return { isYes: isWanted, reason };
  }
  const { verdict, reason } = decideCanaryGate(facts, holds);
  return { isYes: verdict === 'open', reason, verdict };
}

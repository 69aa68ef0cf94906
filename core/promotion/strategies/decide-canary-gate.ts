// May Flagger begin with a canary, may it promote it, must it take it back? Asked by its webhooks, while it waits.

import type { RolloutRecord } from '../../../contracts/ledger/deployments.ts';
import type { LeaseRecord } from '../../../contracts/ledger/leases.ts';

export interface CanaryFacts {
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

export interface CanaryGateVerdict {
  /** `cannot-tell` never lets anything pass. */
  readonly verdict: 'open' | 'closed' | 'cannot-tell';
  readonly reason: string;
}

/** The answer to confirm-rollout and confirm-promotion: both ask for leave to let more users have the version. */
export function decideCanaryGate({ rollout, lease, ...facts }: CanaryFacts): CanaryGateVerdict {
  if (rollout === undefined)
    return { verdict: 'cannot-tell', reason: 'the automation has brought nothing here: promote it to let it pass' };
  const { version, digest, promotionId, fencingToken, change } = rollout;
  if (facts.quarantinedBecause !== undefined)
    return { verdict: 'closed', reason: `${version} is quarantined: ${facts.quarantinedBecause}` };
  if (facts.rollbackRequest?.digest === digest)
    return { verdict: 'closed', reason: `${facts.rollbackRequest.actor} asked for ${version} to go back` };
  const isOurs = lease?.holder !== undefined && lease.fencingToken === fencingToken;
  if (!isOurs)
    return { verdict: 'closed', reason: `promotion ${promotionId} of ${version} has ended or was pre-empted` };
  if (change === 'rollback') return { verdict: 'open', reason: `${version} goes back: nothing holds a rollback` };
  if (facts.circuitOpenBecause !== undefined)
    return { verdict: 'closed', reason: `nothing moves forward here: ${facts.circuitOpenBecause}` };
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

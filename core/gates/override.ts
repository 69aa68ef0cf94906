// When people overrule a gate: for a reason, for a time, and two of them.
import type { OverridableGate } from '../../config/gate-names.ts';
import type { ApprovalRecord } from '../../contracts/ledger/approvals.ts';
import { listAgreeing } from '../approvals/decide-vote.ts';
import { hashPlan } from '../plans/hash-plan.ts';

/** What two people agree to. */
export interface OverridePlan {
  readonly environment: string;
  readonly service: string;
  readonly gates: readonly OverridableGate[];
  readonly reason: string;
  readonly validUntil: string;
}

export interface OverrideInForce extends OverridePlan {
  readonly approvers: readonly string[];
}

/** However the configuration counts: fewer never overrule a gate. */
export const overrideQuorum = 2;

export function hashOverride({ environment, service, gates, reason, validUntil }: OverridePlan): string {
  return hashPlan({ kind: 'override', environment, service, gates, reason, validUntil });
}

/** Undefined unless it is approved for exactly this, by two different people, none of whom asked, and not over. */
export function findOverrideInForce(
  plan: OverridePlan,
  approval: ApprovalRecord | undefined,
  now: string,
): OverrideInForce | undefined {
  if (approval?.status !== 'approved' || approval.subject.kind !== 'override') return undefined;
  if (approval.planHash !== hashOverride(plan) || plan.validUntil <= now) return undefined;
  const people = new Map(listAgreeing(approval).map((login) => [login.toLowerCase(), login]));
  people.delete(approval.requestedBy.toLowerCase());
  return people.size < overrideQuorum ? undefined : { ...plan, approvers: [...people.values()] };
}

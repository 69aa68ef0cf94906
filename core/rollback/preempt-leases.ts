// Takes the leases of a rollback: a running promotion loses them, for what it wants is what does harm.
import type { LeaseGrant, Promotion, ResolvedService } from '../../contracts/workflows/promotion.ts';
import { type LeaseStore, releaseAll } from '../promotion/acquire-leases.ts';

export interface PreemptionDecision {
  readonly outcome: 'acquired' | 'busy';
  readonly reason: string;
  readonly leases: readonly LeaseGrant[];
  readonly holder?: string;
}

/** Time for commit, smoke tests and records besides the rollout itself. */
const marginSeconds = 15 * 60;

/**
 * The fencing token rises, so that whoever held the lease can write neither to Git nor to the ledger any more. Another
 * execution of rollback-release is not pre-empted: two rollbacks that take turns would never end.
 */
export async function preemptLeases(
  store: Pick<LeaseStore, 'take' | 'release'>,
  promotion: Promotion,
  services: readonly ResolvedService[],
  deadHolder?: string,
): Promise<PreemptionDecision> {
  const leases: LeaseGrant[] = [];
  const preempted: string[] = [];
  for (const { name } of services.toSorted((left, right) => (left.name < right.name ? -1 : 1))) {
    for (let overruled = deadHolder; ; ) {
      const answer = await store.take(promotion.environment, name, promotion.executionArn, {
        promotionId: promotion.promotionId,
        durationSeconds: promotion.rolloutTimeoutSeconds + marginSeconds,
        deadHolder: overruled,
      });
      if ('fencingToken' in answer) {
        leases.push({ service: name, ...answer });
        break;
      }
      const { holder } = answer;
      if (isSameWorkflow(holder, promotion.executionArn)) {
        await releaseAll(store, promotion, leases);
        return { outcome: 'busy', reason: `${name} is being rolled back by ${holder}`, leases: [], holder };
      }
      overruled = holder;
      preempted.push(`${name} from ${holder}`);
    }
  }
  const reason = preempted.length === 0 ? 'leased' : `took ${preempted.join(', ')}`;
  return { outcome: 'acquired', reason, leases };
}

/** `arn:aws:states:<region>:<account>:execution:<workflow>:<name>` */
function isSameWorkflow(left: string, right: string): boolean {
  return left.split(':')[6] === right.split(':')[6];
}

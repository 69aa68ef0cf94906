// Of two wishes for one service in one environment: which is the newer?
import type { DesiredRecord } from '../../contracts/ledger/releases.ts';

export type Wish = Pick<DesiredRecord, 'promotionId' | 'commit' | 'previousCommit' | 'desiredAt'>;

/**
 * Whether `candidate` replaces `existing`. Push times are whole seconds: within one second the commit that a push came from
 * tells the order, and where that tells nothing, whoever comes last wins. Time of arrival never makes an older push newer.
 */
export function isNewer(candidate: Wish, existing: Wish | undefined): boolean {
  if (existing === undefined || existing.promotionId === candidate.promotionId) return true;
  if (candidate.desiredAt !== existing.desiredAt) return candidate.desiredAt > existing.desiredAt;
  return existing.previousCommit === undefined || existing.previousCommit !== candidate.commit;
}

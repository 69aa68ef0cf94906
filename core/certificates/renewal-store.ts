// What is remembered of renewals.
import type { RenewalRecord, RenewalStateRecord } from '../../contracts/ledger/certificate-renewals.ts';

export interface RenewalStore {
  find(name: string): Promise<RenewalStateRecord | undefined>;
  /** Takes the right to renew, unless somebody else holds it at `now`; all times ISO 8601. */
  take(name: string, holder: string, until: string, now: string): Promise<boolean>;
  /** Writes how it ended and gives back the right; does nothing when `holder` does not have it any more. */
  settle(state: RenewalStateRecord, holder: string, record: RenewalRecord): Promise<boolean>;
}

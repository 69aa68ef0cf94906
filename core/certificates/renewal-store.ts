// What is remembered of renewals.
import type { RenewalRecord, RenewalStateRecord } from '../../contracts/ledger/certificate-renewals.ts';

/** All times ISO 8601. */
export interface RenewalClaim {
  readonly holder: string;
  readonly until: string;
  readonly now: string;
  /** Somebody who is known not to need it any more. */
  readonly deadHolder?: string | undefined;
}

export interface RenewalStore {
  find(name: string): Promise<RenewalStateRecord | undefined>;
  /** Takes the right to renew, unless somebody else who lives holds it at `now`. */
  take(name: string, claim: RenewalClaim): Promise<boolean>;
  /** Writes how it ended and gives back the right; does nothing when `holder` does not have it any more. */
  settle(state: RenewalStateRecord, holder: string, record: RenewalRecord): Promise<boolean>;
}

// What the catalogue must be able to do.
import type { BackupRecord, BackupRunRecord, LastVerifiedRecord } from '../../contracts/ledger/backups.ts';

export interface BackupStore {
  find(backupId: string): Promise<BackupRecord | undefined>;
  /** Of an environment, oldest first; since a time when one is given. */
  list(environment: string, since?: string): Promise<BackupRecord[]>;
  /** Writes a new one; false when there is one of that id. */
  begin(record: BackupRecord): Promise<boolean>;
  /** Replaces it while it has that status; false when it has another by now. */
  replace(record: BackupRecord, status: BackupRecord['status']): Promise<boolean>;
  /** Takes the right to back up, unless another execution holds it. Returns whose it was when it was taken over. */
  claimRun(
    run: Omit<BackupRunRecord, 'pk' | 'sk'> & {
      readonly environment: string;
      readonly name: string;
      readonly method: string;
    },
    now: string,
  ): Promise<
    | { readonly claimed: true; readonly takenOver?: BackupRunRecord }
    | { readonly claimed: false; readonly holder: BackupRunRecord }
  >;
  /** Gives it back, if the execution still has it. */
  releaseRun(
    of: { readonly environment: string; readonly name: string; readonly method: string },
    executionArn: string,
  ): Promise<void>;
  findLastVerified(environment: string, name: string): Promise<LastVerifiedRecord | undefined>;
  /** Never goes back to an older backup. */
  putLastVerified(record: LastVerifiedRecord): Promise<void>;
}

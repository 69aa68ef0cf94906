// What is to be done about the age of backups. The bucket's lifecycle deletes; this decides what it may not delete, and what is gone.
import type { BackupRecord } from '../../contracts/ledger/backups.ts';

/** Any value of the tag that no rule of the lifecycle names keeps an object. */
export const keptTag = 'kept';

export type RetentionAction =
  /** Its objects get the tag that the lifecycle goes by: that of the tier, or one that keeps them. */
  | { readonly kind: 'tag'; readonly backup: BackupRecord; readonly tag: string }
  /** It must be there still: somebody has to look. */
  | { readonly kind: 'check'; readonly backup: BackupRecord }
  /** It may be gone: when it is, the catalogue says so. */
  | { readonly kind: 'expire'; readonly backup: BackupRecord };

export interface RetentionView {
  readonly now: string;
  /** Ids of the backups that were proven last, one for each database. */
  readonly lastVerified: ReadonlySet<string>;
  /** The tag that a backup's objects have. */
  readonly tagOf: (backup: BackupRecord) => string;
}

/** Linear in the number of backups, in their order. */
export function planRetention(backups: readonly BackupRecord[], view: RetentionView): RetentionAction[] {
  return backups.flatMap((backup): RetentionAction[] => {
    if (backup.status !== 'complete') return [];
    const isKept = isHeld(backup, view.lastVerified);
    const tag = isKept ? keptTag : backup.tier;
    const retag: RetentionAction[] = view.tagOf(backup) === tag ? [] : [{ kind: 'tag', backup, tag }];
    if (isKept || view.now < backup.keepUntil) return [...retag, { kind: 'check', backup }];
    return [...retag, { kind: 'expire', backup }];
  });
}

/** A legal hold outranks every age; so does being the only proof that a database can be brought back. */
export function isHeld({ backupId, legalHold }: BackupRecord, lastVerified: ReadonlySet<string>): boolean {
  return legalHold === true || lastVerified.has(backupId);
}

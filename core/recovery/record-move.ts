// The backup that an environment comes home with, as the catalogue knows it: it lies in the recovery region alone.
import { manifestName } from '../../contracts/backup-manifest.ts';
import type { BackupRecord } from '../../contracts/ledger/backups.ts';
import { backupKeys, backupKinds } from '../../contracts/ledger/backups.ts';
import type { AgentBackup } from '../../contracts/workflows/agent-jobs.ts';
import { type BackupObjects, judgeDump } from '../backups/record-backup.ts';

interface Parts {
  readonly objects: BackupObjects;
  /** Writes a new one; false when there is one of that id. */
  begin(record: BackupRecord): Promise<boolean>;
  now(): string;
}

/** Judged by what is stored, like every other. The next fail-over and the next drill can take it. Repeating it writes nothing more. */
export async function recordMove(
  { objects, begin, now }: Parts,
  {
    backup,
    job,
    failOverId,
    executionArn,
    actor,
  }: {
    readonly backup: AgentBackup;
    readonly job: string;
    readonly failOverId: string;
    readonly executionArn: string;
    readonly actor: string;
  },
): Promise<{ backupId: string; reason: string }> {
  const { backupId, environment, database, bucket, prefix, tier, keepUntil } = backup;
  const { reason = '', ...marks } = await judgeDump(objects, { backup: { ...backup, job }, status: 'succeeded' });
  const manifest = await objects.findManifest(bucket, `${prefix}${manifestName}`);
  const at = now();
  const startedAt = manifest?.startedAt ?? at;
  await begin({
    ...backupKeys.backup(backupId),
    ...{ kind: backupKinds.backup(environment), sortKey: `${startedAt}#${backupId}`, backupId, environment },
    ...{ subject: 'database', name: database, method: 'dump', tier, keepUntil, bucket, prefix, site: 'recovery' },
    ...{ startedAt, finishedAt: at, executionArn, actor, correlationId: `fail-over/${failOverId}` },
    ...marks,
    ...(marks.status === 'complete' ? { replicatedAt: at } : { reason }),
  });
  return { backupId, reason };
}

// Writes into the catalogue whether a backup was proven, by what the agent found and left.
import type { AgentResult } from '../../contracts/backup-manifest.ts';
import { backupKeys, backupKinds } from '../../contracts/ledger/backups.ts';
import type { AgentBackup } from '../../contracts/workflows/agent-jobs.ts';
import { AppError } from '../app-error.ts';
import type { EventPublisher } from '../ingress/receive-delivery.ts';
import type { BackupStore } from './backup-store.ts';
import { buildBackupEvent } from './record-backup.ts';

export interface VerificationEnd {
  readonly job: string;
  readonly backup: AgentBackup;
  readonly status: 'succeeded' | 'failed' | 'missing';
  readonly reason?: string | undefined;
  /** Of a snapshot. */
  readonly restoreSeconds?: number | undefined;
  readonly executionArn: string;
}

interface Parts {
  readonly store: BackupStore;
  readonly findResult: (bucket: string, job: string) => Promise<AgentResult | undefined>;
  readonly publisher: EventPublisher;
  readonly now: () => string;
}

/** Repeating it writes the same. A failure leaves the last proven backup the one that it was. */
export async function recordVerification(
  { store, findResult, publisher, now }: Parts,
  end: VerificationEnd,
): Promise<{ backupId: string; outcome: 'verified' | 'failed'; reason: string; restoreSeconds: number }> {
  const { job, backup, status, reason, executionArn } = end;
  const record = await store.find(backup.backupId);
  if (record === undefined) throw new AppError('NotFoundError', `backup ${backup.backupId} is not in the catalogue`);
  const result = record.method === 'snapshot' ? judgeProof(end) : await findResult(backup.bucket, job);
  const isProven = status === 'succeeded' && result?.outcome === 'succeeded' && result.restoreSeconds !== undefined;
  const words = isProven || result?.outcome === 'failed' ? result.reason : (reason ?? `its Job is ${status}`);
  const restoreSeconds = result?.restoreSeconds ?? 0;
  if (isProven) {
    const verifiedAt = now();
    const { verificationFailure: _, ...rest } = record;
    const verified = { ...rest, verifiedAt, verification: { verifiedAt, restoreSeconds, executionArn } };
    await store.replace(verified, 'complete');
    const { environment, name, startedAt: takenAt, backupId } = record;
    await store.putLastVerified({
      ...backupKeys.lastVerified(environment, name),
      kind: backupKinds.lastVerified,
      sortKey: `${environment}#${name}`,
      ...{ environment, name, backupId, takenAt, verifiedAt, restoreSeconds },
    });
    await publisher.publish(withRun(buildBackupEvent('BackupVerified', verified, words, verifiedAt), job));
    return { backupId, outcome: 'verified', reason: words, restoreSeconds };
  }
  await store.replace({ ...record, verificationFailure: words }, 'complete');
  await publisher.publish(withRun(buildBackupEvent('BackupVerificationFailed', record, words, now()), job));
  return { backupId: record.backupId, outcome: 'failed', reason: words, restoreSeconds: 0 };
}

/** A backup can be verified again: each time is an event of its own. */
function withRun<E extends ReturnType<typeof buildBackupEvent>>(event: E, job: string): E {
  const { metadata } = event.detail;
  return { ...event, detail: { ...event.detail, metadata: { ...metadata, eventId: `${metadata.eventId}-${job}` } } };
}

/** No agent leaves a result where RDS restores: the workflow has seen how it ended. */
function judgeProof({
  status,
  reason = '',
  restoreSeconds,
}: VerificationEnd): Pick<AgentResult, 'outcome' | 'reason' | 'restoreSeconds'> {
  return { outcome: status === 'succeeded' ? 'succeeded' : 'failed', reason, restoreSeconds };
}

// Judges a step of a restore by what the agent left, and tells how far the restore is.
import type { AgentResult } from '../../contracts/backup-manifest.ts';
import type { BackupEventType } from '../../contracts/events/backup.ts';
import type { RestorePlan } from '../../contracts/workflows/restore-database.ts';
import { AppError } from '../app-error.ts';
import type { EventPublisher } from '../ingress/receive-delivery.ts';
import type { BackupStore } from './backup-store.ts';
import { type BackupEventSubject, buildBackupEvent } from './record-backup.ts';

export interface RestoreStep {
  readonly plan: RestorePlan;
  readonly restoreId: string;
  readonly job?: string | undefined;
  readonly stage: 'started' | 'restored' | 'cut-over' | 'failed' | 'refused';
  readonly status?: 'succeeded' | 'failed' | 'missing' | undefined;
  readonly reason?: string | undefined;
  readonly actor: string;
}

interface Parts {
  readonly store: Pick<BackupStore, 'find'>;
  readonly findResult: (bucket: string, job: string) => Promise<AgentResult | undefined>;
  readonly publisher: EventPublisher;
  readonly now: () => string;
}

const eventOf: Readonly<Record<RestoreStep['stage'], BackupEventType>> = {
  started: 'RestoreStarted',
  restored: 'RestoreReady',
  'cut-over': 'RestoreCompleted',
  failed: 'RestoreFailed',
  refused: 'RestoreFailed',
};

/** As restore-database.asl.json says it of two renamings of which the first could not be taken back. */
const nameIsLost = /the live name could not be given back/;

/** A step whose Job or result did not succeed is told as a failure. Repeating it tells the same event. */
export async function recordRestore(
  { store, findResult, publisher, now }: Parts,
  { plan, restoreId, job, stage, status, reason, actor }: RestoreStep,
): Promise<{ outcome: 'succeeded' | 'failed'; reason: string }> {
  const isAtTime = plan.recovery !== undefined || plan.rds?.at !== undefined;
  const record = isAtTime ? standInFor(plan, actor) : await store.find(plan.backup.backupId);
  if (record === undefined)
    throw new AppError('NotFoundError', `backup ${plan.backup.backupId} is not in the catalogue`);
  const end =
    plan.rds !== undefined && status !== undefined
      ? ({ outcome: status === 'succeeded' ? 'succeeded' : 'failed', reason: reason ?? status } as const)
      : job === undefined
        ? undefined
        : await judge(findResult, plan, job, status, reason);
  const outcome = end?.outcome ?? (stage === 'started' ? 'succeeded' : 'failed');
  const untouched = `${plan.database} in ${plan.environment} is as it was`;
  const words = end?.reason ?? reason ?? plan.loss;
  const said = outcome === 'failed' && !nameIsLost.test(words) ? `${words}; ${untouched}` : words;
  // A failed step is told once, by the state that records the failure of the whole.
  if (outcome === 'succeeded' || end === undefined) {
    const event = buildBackupEvent(eventOf[stage], record, said, now());
    await publisher.publish({
      ...event,
      detail: {
        ...event.detail,
        metadata: {
          ...event.detail.metadata,
          eventId: `${restoreId}-${stage}`,
          correlationId: `restore/${restoreId}`,
          actor,
        },
      },
    });
  }
  return { outcome, reason: words };
}

/** The archive at a time is no entry of the catalogue; in events it stands where a backup would. */
function standInFor({ backup, environment, database, takenAt }: RestorePlan, actor: string): BackupEventSubject {
  const { backupId, bucket, prefix, tier, keepUntil } = backup;
  const identity = { backupId, environment, subject: 'database', name: database, method: 'archive' } as const;
  return { ...identity, tier, keepUntil, bucket, prefix, startedAt: takenAt, actor, correlationId: backupId };
}

async function judge(
  findResult: Parts['findResult'],
  { backup }: RestorePlan,
  job: string,
  status: RestoreStep['status'],
  reason: string | undefined,
): Promise<{ outcome: 'succeeded' | 'failed'; reason: string }> {
  const result = await findResult(backup.bucket, job);
  if (status === 'succeeded' && result?.outcome === 'succeeded') return { outcome: 'succeeded', reason: result.reason };
  const words = result?.outcome === 'failed' ? result.reason : (reason ?? `its Job is ${status ?? 'missing'}`);
  return { outcome: 'failed', reason: words };
}

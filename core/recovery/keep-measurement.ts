// Writes what was measured of the replication into the ledger, and tells when something began to lag or is in time again.
import { type ReplicationDetail, replicationSource } from '../../contracts/events/replication.ts';
import type { DataClass } from '../../contracts/ledger/replications.ts';
import { ledgerKey, ledgerKind } from '../../contracts/ledger.ts';
import type { ReplicationParts } from './measure-replication.ts';

export interface Measurement {
  readonly dataClass: DataClass;
  readonly subject: string;
  /** The age of what stands in the recovery region. */
  readonly rpoSeconds: number;
  readonly words: string;
  /** When the newest backup that stands there was taken. */
  readonly newestAt?: string;
}

/** Tells of a change before it records it, so that a failure in between tells again. Answers whether it lags. */
export async function keepMeasurement(
  parts: Pick<ReplicationParts, 'configuration' | 'store' | 'publisher'>,
  measurement: Measurement,
  now: string,
): Promise<boolean> {
  const { dataClass, subject, rpoSeconds, words, newestAt } = measurement;
  const targetSeconds = parts.configuration.recovery.recoveryPointMinutes[dataClass] * 60;
  const previous = await parts.store.find(dataClass, subject);
  const state = rpoSeconds > targetSeconds ? 'lagging' : 'in-time';
  const changed = state !== (previous?.state ?? 'in-time');
  const reason = `${words}: ${renderAge(rpoSeconds)} where ${renderAge(targetSeconds)} are allowed`;
  const since = changed || previous === undefined ? now : previous.since;
  if (changed) {
    const detail: ReplicationDetail = {
      metadata: {
        eventId: `${dataClass}-${subject}-${state}-${now}`,
        correlationId: `replication/${dataClass}/${subject}`,
        occurredAt: now,
        actor: 'replicate-to-recovery-region',
      },
      replication: { dataClass, subject, rpoSeconds, targetSeconds },
      reason,
    };
    const detailType = state === 'lagging' ? 'ReplicationLagging' : 'ReplicationRecovered';
    await parts.publisher.publish({ source: replicationSource, detailType, detail });
  }
  await parts.store.put({
    ...ledgerKey.replication(dataClass, subject),
    kind: ledgerKind.replication,
    sortKey: `${dataClass}#${subject}`,
    ...{ dataClass, subject, state, since, measuredAt: now, rpoSeconds, targetSeconds, reason },
    ...(newestAt === undefined ? {} : { newestAt }),
  });
  return state === 'lagging';
}

export function secondsSince(time: string, now: string): number {
  return Math.max(0, Math.round((Date.parse(now) - Date.parse(time)) / 1000));
}

function renderAge(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}

/** `startedAt` is when the newest backup that stands there was taken. */
export function describeNewest(startedAt: string): Pick<Measurement, 'words' | 'newestAt'> {
  return { words: `the newest backup in the recovery region is of ${startedAt}`, newestAt: startedAt };
}

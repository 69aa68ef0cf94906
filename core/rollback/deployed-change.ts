// A change of a service in an environment, ended or under way: what alerts are held against.
import type { DeploymentRecord, RolloutRecord } from '../../contracts/ledger/deployments.ts';

export interface DeployedChange {
  readonly promotionId: string;
  readonly version: string;
  readonly commit: string;
  readonly image: string;
  readonly digest: string;
  readonly correlationId: string;
  readonly change: 'promotion' | 'rollback';
  readonly outcome: 'succeeded' | 'failed' | 'under-way';
  /** When it reached Git: before that it cannot have done anything. ISO 8601. */
  readonly startedAt: string;
  /** Absent while it is under way. */
  readonly finishedAt?: string;
}

/**
 * Oldest first. `rollout`: what was written to Git last; it is under way until its end stands among the deployments, or until
 * its time is over and nobody can be at it any more.
 */
export function listChanges(
  deployments: readonly DeploymentRecord[],
  rollout: RolloutRecord | undefined,
  rolloutTimeoutMilliseconds: number,
  now: string,
): DeployedChange[] {
  const ended = deployments.map(
    (record): DeployedChange => ({
      ...pick(record),
      outcome: record.outcome,
      startedAt: record.committedAt ?? record.startedAt,
      finishedAt: record.finishedAt,
    }),
  );
  const isRecorded = rollout === undefined || ended.some(({ promotionId }) => promotionId === rollout.promotionId);
  const open = isRecorded ? [] : [describeOpen(rollout, rolloutTimeoutMilliseconds, now)];
  return [...ended, ...open].toSorted((left, right) => (left.startedAt < right.startedAt ? -1 : 1));
}

function describeOpen(rollout: RolloutRecord, timeoutMilliseconds: number, now: string): DeployedChange {
  const startedAt = rollout.committedAt;
  const timeoutAt = Date.parse(startedAt) + timeoutMilliseconds;
  return Date.parse(now) <= timeoutAt
    ? { ...pick(rollout), outcome: 'under-way', startedAt }
    : { ...pick(rollout), outcome: 'failed', startedAt, finishedAt: new Date(timeoutAt).toISOString() };
}

function pick(record: DeploymentRecord | RolloutRecord): Omit<DeployedChange, 'outcome' | 'startedAt' | 'finishedAt'> {
  const { promotionId, version, commit, image, digest, correlationId, change = 'promotion' } = record;
  return { promotionId, version, commit, image, digest, correlationId, change };
}

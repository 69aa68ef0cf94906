// A snapshot as RDS describes it, of an instance or of a cluster.
import { names, snapshotArn } from './kinds.ts';
import { progressOf, type Snapshot, statusOf } from './snapshot-table.ts';
import { toTagList } from './tags.ts';

export function describeSnapshot(snapshot: Snapshot, { accountId, now }: { accountId: string; now: number }): object {
  const { kind, identifier, database, kmsKeyId, copyOf } = snapshot;
  const words = names[kind];
  const status = statusOf(snapshot, now);
  return {
    [`${words.snapshot}Identifier`]: identifier,
    [`${words.database}Identifier`]: database,
    [`${words.snapshot}Arn`]: snapshotArn(snapshot, accountId),
    [kind === 'instance' ? `Source${words.snapshot}Identifier` : `Source${words.snapshot}Arn`]: copyOf,
    Engine: snapshot.engine,
    EngineVersion: snapshot.engineVersion,
    AllocatedStorage: snapshot.allocatedGigabytes,
    Status: status,
    PercentProgress: status === 'failed' ? 0 : progressOf(snapshot, now),
    SnapshotType: 'manual',
    ...(status === 'available' ? { SnapshotCreateTime: new Date(snapshot.takenAt) } : {}),
    [kind === 'instance' ? 'Encrypted' : 'StorageEncrypted']: kmsKeyId !== undefined,
    ...(kmsKeyId === undefined ? {} : { KmsKeyId: kmsKeyId }),
    ...(kind === 'instance' && copyOf !== undefined ? { SourceRegion: copyOf.split(':')[3] } : {}),
    TagList: toTagList(snapshot.tags),
  };
}

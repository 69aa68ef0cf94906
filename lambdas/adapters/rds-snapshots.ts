// Snapshots of RDS, for instances and clusters alike, in one region.
import {
  AddTagsToResourceCommand,
  CopyDBClusterSnapshotCommand,
  CopyDBSnapshotCommand,
  DeleteDBClusterSnapshotCommand,
  DeleteDBSnapshotCommand,
  DescribeDBClusterSnapshotsCommand,
  DescribeDBSnapshotsCommand,
  type RDSClient,
} from '@aws-sdk/client-rds';
import type { SnapshotKind } from '../../contracts/ledger/backups.ts';
import { toTagList, unlessRds } from './rds-answers.ts';

const notThere = ['DBSnapshotNotFoundFault', 'DBClusterSnapshotNotFoundFault'];

export interface RdsSnapshot {
  readonly arn: string;
  /** `creating`, `copying`, `available`, `failed` … */
  readonly status: string;
}

export interface SnapshotCopy {
  readonly snapshotId: string;
  /** Of the snapshot in the other region. */
  readonly sourceArn: string;
  readonly keyArn: string;
  readonly tags: Readonly<Record<string, string>>;
}

export interface RdsSnapshots {
  find(kind: SnapshotKind, snapshotId: string): Promise<RdsSnapshot | undefined>;
  /** Begins to copy it to the client's region, under the same name. */
  copy(kind: SnapshotKind, copy: SnapshotCopy): Promise<void>;
  /** Does nothing when it is gone. */
  remove(kind: SnapshotKind, snapshotId: string): Promise<void>;
  tag(arn: string, tags: Readonly<Record<string, string>>): Promise<void>;
}

export function createRdsSnapshots(client: RDSClient): RdsSnapshots {
  return {
    async find(kind, snapshotId) {
      const asked = kind === 'cluster' ? findOfCluster(client, snapshotId) : findOfInstance(client, snapshotId);
      return await unlessRds(notThere, asked);
    },
    async copy(kind, { snapshotId, sourceArn, keyArn, tags }) {
      // `KmsKeyId` and the region of the source make the client sign the request for the source's region too.
      const common = { KmsKeyId: keyArn, Tags: toTagList(tags) };
      if (kind === 'cluster')
        await client.send(
          new CopyDBClusterSnapshotCommand({
            ...{ SourceDBClusterSnapshotIdentifier: sourceArn, TargetDBClusterSnapshotIdentifier: snapshotId },
            ...common,
          }),
        );
      else
        await client.send(
          new CopyDBSnapshotCommand({
            ...{ SourceDBSnapshotIdentifier: sourceArn, TargetDBSnapshotIdentifier: snapshotId },
            ...common,
          }),
        );
    },
    async remove(kind, snapshotId) {
      const command =
        kind === 'cluster'
          ? client.send(new DeleteDBClusterSnapshotCommand({ DBClusterSnapshotIdentifier: snapshotId }))
          : client.send(new DeleteDBSnapshotCommand({ DBSnapshotIdentifier: snapshotId }));
      await unlessRds<unknown>(notThere, command);
    },
    async tag(arn, tags) {
      await client.send(new AddTagsToResourceCommand({ ResourceName: arn, Tags: toTagList(tags) }));
    },
  };
}

async function findOfInstance(client: RDSClient, snapshotId: string): Promise<RdsSnapshot | undefined> {
  const { DBSnapshots = [] } = await client.send(new DescribeDBSnapshotsCommand({ DBSnapshotIdentifier: snapshotId }));
  return DBSnapshots.map(({ DBSnapshotArn = '', Status = '' }) => ({ arn: DBSnapshotArn, status: Status }))[0];
}

async function findOfCluster(client: RDSClient, snapshotId: string): Promise<RdsSnapshot | undefined> {
  const { DBClusterSnapshots = [] } = await client.send(
    new DescribeDBClusterSnapshotsCommand({ DBClusterSnapshotIdentifier: snapshotId }),
  );
  return DBClusterSnapshots.map(({ DBClusterSnapshotArn = '', Status = '' }) => ({
    ...{ arn: DBClusterSnapshotArn, status: Status },
  }))[0];
}

// RDS has everything twice, for an instance and for a cluster: what the two differ in.
import type { Database } from './database-table.ts';

export const kinds = ['instance', 'cluster'] as const;
export type Kind = (typeof kinds)[number];

/** Names of the API, of its errors and of its events. */
export const names = {
  instance: {
    database: 'DBInstance',
    databaseArn: 'db',
    databaseNotFound: 'DBInstanceNotFoundFault',
    databaseExists: 'DBInstanceAlreadyExistsFault',
    invalidDatabaseState: 'InvalidDBInstanceStateFault',
    snapshot: 'DBSnapshot',
    snapshotArn: 'snapshot',
    snapshotNotFound: 'DBSnapshotNotFoundFault',
    snapshotExists: 'DBSnapshotAlreadyExistsFault',
    invalidSnapshotState: 'InvalidDBSnapshotStateFault',
    snapshotTag: 'rds:snapshot-tag',
    snapshotEvent: 'RDS DB Snapshot Event',
    snapshotSourceType: 'SNAPSHOT',
  },
  cluster: {
    database: 'DBCluster',
    databaseArn: 'cluster',
    databaseNotFound: 'DBClusterNotFoundFault',
    databaseExists: 'DBClusterAlreadyExistsFault',
    invalidDatabaseState: 'InvalidDBClusterStateFault',
    snapshot: 'DBClusterSnapshot',
    snapshotArn: 'cluster-snapshot',
    snapshotNotFound: 'DBClusterSnapshotNotFoundFault',
    snapshotExists: 'DBClusterSnapshotAlreadyExistsFault',
    invalidSnapshotState: 'InvalidDBClusterSnapshotStateFault',
    snapshotTag: 'rds:cluster-snapshot-tag',
    snapshotEvent: 'RDS DB Cluster Snapshot Event',
    snapshotSourceType: 'CLUSTER_SNAPSHOT',
  },
} as const satisfies Record<Kind, Record<string, string>>;

export function keyOf(kind: Kind, region: string, identifier: string): string {
  return `${region}/${kind}/${identifier.toLowerCase()}`;
}

export function databaseArn(
  { kind, region, identifier }: Pick<Database, 'kind' | 'region' | 'identifier'>,
  accountId: string,
): string {
  return `arn:aws:rds:${region}:${accountId}:${names[kind].databaseArn}:${identifier.toLowerCase()}`;
}

export function snapshotArn(
  { kind, region, identifier }: { readonly kind: Kind; readonly region: string; readonly identifier: string },
  accountId: string,
): string {
  return `arn:aws:rds:${region}:${accountId}:${names[kind].snapshotArn}:${identifier.toLowerCase()}`;
}

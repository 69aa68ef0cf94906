// What operations on databases have in common: finding one, refusing what its state forbids, and writing it.
import type { RuntimeContext } from '../../runtime/context.ts';
import { AwsError, type Permission } from '../../runtime/service.ts';
import { type Database, type DatabaseTable, statusOfDatabase } from './database-table.ts';
import { replicaLagSeconds } from './durations.ts';
import { databaseArn, type Kind, names } from './kinds.ts';
import { resourceTags } from './permissions.ts';
import type { SnapshotTable } from './snapshot-table.ts';

export interface OperationContext {
  readonly snapshots: SnapshotTable;
  readonly accountId: string;
  now(): number;
  arnOf(kind: Kind, region: string, identifier: string): string;
  /** That the caller must have, on a database: with the tags that it has. */
  permitOn(kind: Kind, region: string, identifier: string | undefined, action: string): Permission;
  permit(action: string, resource: string, context?: Permission['context']): Permission;
  list(kind: Kind, region: string): Database[];
  find(kind: Kind, region: string, identifier: string | undefined): Database | undefined;
  /** The instances of a cluster, oldest first. */
  membersOf(region: string, cluster: string): Database[];
  /** @throws AwsError as RDS says that it is not there. */
  get(kind: Kind, region: string, identifier: string | undefined): Database;
  refuseExisting(kind: Kind, region: string, identifier: string): void;
  refuseUnlessAvailable(database: Database): void;
  /** Tells CloudWatch how far a replica is behind. AWS does every minute; here it is when somebody looks, so that no clock has to. */
  measureLag(database: Database): Promise<void>;
  /** What was begun is durable. */
  write(database: Database): Promise<void>;
}

export function createOperationContext(
  context: RuntimeContext,
  databases: DatabaseTable,
  snapshots: SnapshotTable,
): OperationContext {
  const { accountId } = context;
  const now = () => context.clock.now();
  const arnOf = (kind: Kind, region: string, identifier: string) =>
    databaseArn({ kind, region, identifier }, accountId);
  const permit = (action: string, resource: string, more: Permission['context'] = {}): Permission => ({
    action: `rds:${action}`,
    resource,
    context: more,
  });
  const list = (kind: Kind, region: string) => {
    databases.settle(now());
    return databases.list(kind, region);
  };
  const find = (kind: Kind, region: string, identifier: string | undefined) => {
    databases.settle(now());
    return databases.find(kind, region, identifier ?? '');
  };
  return {
    ...{ snapshots, accountId, now, arnOf, permit, list, find },
    permitOn: (kind, region, identifier = '', action) =>
      permit(action, arnOf(kind, region, identifier), resourceTags(find(kind, region, identifier)?.tags)),
    membersOf: (region, cluster) =>
      list('instance', region)
        .filter(({ clusterIdentifier }) => clusterIdentifier === cluster)
        .toSorted((left, right) => left.createdAt - right.createdAt),
    get(kind, region, identifier) {
      const found = find(kind, region, identifier);
      if (found !== undefined) return found;
      const { database, databaseNotFound } = names[kind];
      throw new AwsError(databaseNotFound, `${database} ${identifier ?? ''} not found.`, { status: 404 });
    },
    refuseExisting(kind, region, identifier) {
      if (find(kind, region, identifier) === undefined) return;
      throw new AwsError(names[kind].databaseExists, `${names[kind].database} already exists: ${identifier}`);
    },
    refuseUnlessAvailable(database) {
      const status = statusOfDatabase(database, now());
      if (status === 'available') return;
      const { database: what, invalidDatabaseState } = names[database.kind];
      throw new AwsError(invalidDatabaseState, `${what} ${database.identifier} is not available: it is ${status}.`);
    },
    async measureLag({ region, identifier, replicaOf }) {
      if (replicaOf === undefined) return;
      const Dimensions = [{ Name: 'DBInstanceIdentifier', Value: identifier }];
      const MetricData = [{ MetricName: 'ReplicaLag', Value: replicaLagSeconds, Unit: 'Seconds', Dimensions }];
      const principal = context.servicePrincipal('rds.amazonaws.com', arnOf('instance', region, identifier));
      const input = { Namespace: 'AWS/RDS', MetricData };
      // Metrics are best effort: a runtime without CloudWatch has replicas all the same.
      await context
        .call({ service: 'cloudwatch', operation: 'PutMetricData', input, principal, region })
        .catch(() => undefined);
    },
    async write(database) {
      databases.put(database);
      await context.store.flush();
      const { kind, identifier, region } = database;
      const details = { region, status: statusOfDatabase(database, now()) };
      context.trace.record({ service: 'rds', name: `${kind}-changed`, subject: identifier, details });
    },
  };
}

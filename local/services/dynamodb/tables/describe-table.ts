// A table's description as the API answers it.
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TableDescription.html
import type { TableDescription } from '@aws-sdk/client-dynamodb';
import type { ItemTables } from './item-tables.ts';
import type { RegionalTable } from './table-record.ts';

const NO_THROUGHPUT = { ReadCapacityUnits: 0, WriteCapacityUnits: 0 };

/** Item counts are exact and current: AWS updates them every six hours. */
export function describeTable(table: RegionalTable, tables: ItemTables): TableDescription {
  const { definition, replica, arn } = table;
  const { schema, home } = definition;
  const { settings } = replica;
  const created = new Date(definition.createdAt);
  const throughput = { ...NO_THROUGHPUT, ...definition.throughput, NumberOfDecreasesToday: 0 };
  const items = tables.items(home, schema.TableName);
  const regions = [home, ...definition.replicaRegions].filter((region) => region !== replica.region);
  const describeIndex = (index: { IndexName: string }) => ({
    ...index,
    IndexArn: `${arn}/index/${index.IndexName}`,
    IndexSizeBytes: 0,
    ItemCount: tables.index(home, schema, index.IndexName).size,
  });
  const description = {
    TableName: schema.TableName,
    TableArn: arn,
    TableId: definition.id,
    TableStatus: 'ACTIVE',
    CreationDateTime: created,
    AttributeDefinitions: schema.AttributeDefinitions,
    KeySchema: schema.KeySchema,
    ItemCount: items.size,
    TableSizeBytes: 0,
    ProvisionedThroughput: throughput,
    DeletionProtectionEnabled: settings.deletionProtection,
    ...(definition.billingMode === 'PAY_PER_REQUEST' && {
      BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST', LastUpdateToPayPerRequestDateTime: created },
    }),
    ...(schema.GlobalSecondaryIndexes && {
      GlobalSecondaryIndexes: schema.GlobalSecondaryIndexes.map((index) => ({
        ...describeIndex(index),
        IndexStatus: 'ACTIVE',
        ProvisionedThroughput: throughput,
      })),
    }),
    ...(schema.LocalSecondaryIndexes && { LocalSecondaryIndexes: schema.LocalSecondaryIndexes.map(describeIndex) }),
    ...(settings.encryption && { SSEDescription: { Status: 'ENABLED', ...settings.encryption } }),
    ...(settings.tableClass && { TableClassSummary: { TableClass: settings.tableClass } }),
    ...(definition.streamViewType && {
      StreamSpecification: { StreamEnabled: true, StreamViewType: definition.streamViewType },
      LatestStreamLabel: created.toISOString().slice(0, -1),
      LatestStreamArn: buildStreamArn(table),
    }),
    ...(definition.replicaRegions.length > 0 && {
      GlobalTableVersion: '2019.11.21',
      Replicas: regions.map((RegionName) => ({ RegionName, ReplicaStatus: 'ACTIVE' })),
    }),
  };
  return description as TableDescription;
}

export function buildStreamArn({ arn, definition }: RegionalTable): string {
  return `${arn}/stream/${new Date(definition.createdAt).toISOString().slice(0, -1)}`;
}

// CreateTable, DescribeTable, ListTables, UpdateTable and DeleteTable. Tables are there, or gone, at once.
import type {
  CreateTableCommandInput,
  DeleteTableCommandInput,
  DescribeTableCommandInput,
  ListTablesCommandInput,
  UpdateTableCommandInput,
} from '@aws-sdk/client-dynamodb';
import { AwsError, type CallContext, type Operation, type Permission } from '../../../runtime/service.ts';
import type { DynamodbParts } from '../dynamodb-parts.ts';
import type { SecondaryIndex, TableSchema } from '../engine/dynalite.ts';
import { readReplicaSettings } from '../providers/replica-settings.ts';
import { declareTable, parseSchema } from '../tables/declare-table.ts';
import { describeTable } from '../tables/describe-table.ts';
import type { RegionalTable, TableDefinition } from '../tables/table-record.ts';
import { parseTableName } from '../tables/table-registry.ts';

export function createTableOperations(parts: DynamodbParts): Record<string, Operation> {
  const { registry, tables, context } = parts;
  const onTable = (action: string) => (input: { TableName?: string }, call: CallContext) =>
    tablePermission(parts, action, input.TableName, call);
  const describe = (table: RegionalTable) => describeTable(table, tables);
  return {
    CreateTable: {
      authorize: onTable('CreateTable'),
      async handle(input: CreateTableCommandInput, call) {
        const schema = parseSchema({ ...input });
        if (registry.find(call.region, schema.TableName)) {
          throw new AwsError('ResourceInUseException', `Table already exists: ${schema.TableName}`);
        }
        const table = await declareTable(parts, {
          home: call.region,
          schema,
          billingMode: (input.BillingMode ?? 'PROVISIONED') as TableDefinition['billingMode'],
          ...(input.ProvisionedThroughput && { throughput: readThroughput(input.ProvisionedThroughput) }),
          ...(input.StreamSpecification?.StreamViewType && {
            streamViewType: input.StreamSpecification.StreamViewType,
          }),
          replicas: { [call.region]: readReplicaSettings(input as object, undefined, context.clock.now()) },
        });
        return { TableDescription: describe(table) };
      },
    },
    DescribeTable: {
      authorize: onTable('DescribeTable'),
      handle: (input: DescribeTableCommandInput, call) => ({
        Table: describe(registry.describe(call.region, input.TableName ?? '')),
      }),
    },
    ListTables: {
      authorize: () => [{ action: 'dynamodb:ListTables', resource: '*' }],
      handle: (input: ListTablesCommandInput, call) => {
        const start = input.ExclusiveStartTableName ?? '';
        const names = registry.names(call.region).filter((name) => name > start);
        const page = names.slice(0, input.Limit ?? 100);
        return {
          TableNames: page,
          ...(page.length < names.length && { LastEvaluatedTableName: page.at(-1) }),
        };
      },
    },
    UpdateTable: {
      authorize: onTable('UpdateTable'),
      async handle(input: UpdateTableCommandInput, call) {
        const table = registry.describe(call.region, input.TableName ?? '');
        updateTable(parts, table, input);
        await context.store.flush();
        return { TableDescription: describe(registry.get(call.region, input.TableName ?? '')) };
      },
    },
    DeleteTable: {
      authorize: onTable('DeleteTable'),
      async handle(input: DeleteTableCommandInput, call) {
        const table = registry.describe(call.region, input.TableName ?? '');
        if (table.replica.settings.deletionProtection) {
          throw new AwsError(
            'ValidationException',
            `Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.`,
          );
        }
        const { definition } = table;
        const description = { ...describe(table), TableStatus: 'DELETING' };
        registry.delete(definition);
        tables.deleteAll(definition.home, definition.schema.TableName);
        await context.store.flush();
        return { TableDescription: description };
      },
    },
  };
}

/** The permission that an operation on a table needs. */
export function tablePermission(
  parts: DynamodbParts,
  action: string,
  table: string | undefined,
  call: CallContext,
): Permission[] {
  return [{ action: `dynamodb:${action}`, resource: parts.registry.arn(call.region, parseTableName(table ?? '')) }];
}

function updateTable(parts: DynamodbParts, table: RegionalTable, input: UpdateTableCommandInput): void {
  const { definition, replica } = table;
  const { schema } = definition;
  const next = updateIndexes(schema, input);
  parts.registry.putDefinition({
    ...definition,
    schema: next,
    billingMode: (input.BillingMode ?? definition.billingMode) as TableDefinition['billingMode'],
    ...(input.ProvisionedThroughput && { throughput: readThroughput(input.ProvisionedThroughput) }),
  });
  parts.registry.putReplica(schema.TableName, replica.region, replica.home, {
    ...replica.settings,
    ...(input.DeletionProtectionEnabled !== undefined && { deletionProtection: input.DeletionProtectionEnabled }),
    ...(input.TableClass && { tableClass: input.TableClass }),
  });
  parts.tables.forgetIndexes(definition.home, schema.TableName);
}

function updateIndexes(schema: TableSchema, input: UpdateTableCommandInput): TableSchema {
  let indexes: readonly SecondaryIndex[] = schema.GlobalSecondaryIndexes ?? [];
  for (const { Create, Delete } of input.GlobalSecondaryIndexUpdates ?? []) {
    const name = Create?.IndexName ?? Delete?.IndexName;
    const exists = indexes.some(({ IndexName }) => IndexName === name);
    if (Create && exists) {
      throw new AwsError('ValidationException', `Attempting to create an index which already exists: ${name}`);
    }
    if (Delete && !exists) {
      throw new AwsError('ResourceNotFoundException', `Requested resource not found: Index: ${name} not found`);
    }
    if (Create) indexes = [...indexes, Create as SecondaryIndex];
    if (Delete) indexes = indexes.filter(({ IndexName }) => IndexName !== name);
  }
  const { GlobalSecondaryIndexes: _, ...rest } = schema;
  const { AttributeDefinitions = schema.AttributeDefinitions } = input;
  return parseSchema({
    ...rest,
    AttributeDefinitions,
    BillingMode: 'PAY_PER_REQUEST',
    ...(indexes.length > 0 && {
      GlobalSecondaryIndexes: indexes.map(({ IndexName, KeySchema, Projection }) => ({
        IndexName,
        KeySchema,
        Projection,
      })),
    }),
  });
}

function readThroughput(throughput: {
  ReadCapacityUnits: number | undefined;
  WriteCapacityUnits: number | undefined;
}): NonNullable<TableDefinition['throughput']> {
  return {
    ReadCapacityUnits: throughput.ReadCapacityUnits ?? 0,
    WriteCapacityUnits: throughput.WriteCapacityUnits ?? 0,
  };
}

// Brings a table into being as it is declared, or updates one that an earlier run left; never touches its items.
import { randomUUID } from 'node:crypto';
import type { DynamodbParts } from '../dynamodb-parts.ts';
import { parseTableSchema, type TableSchema } from '../engine/dynalite.ts';
import type { RegionalTable, ReplicaSettings, TableDefinition } from './table-record.ts';

export interface TableDeclaration {
  readonly home: string;
  readonly schema: TableSchema;
  readonly billingMode: TableDefinition['billingMode'];
  readonly throughput?: TableDefinition['throughput'];
  readonly streamViewType?: string;
  readonly timeToLive?: TableDefinition['timeToLive'];
  /** By region, the home region among them. */
  readonly replicas: Readonly<Record<string, ReplicaSettings>>;
}

/** Throws when the key of an existing table would change: that takes a new table, under another name. */
export async function declareTable(parts: DynamodbParts, declaration: TableDeclaration): Promise<RegionalTable> {
  const { registry, tables, context } = parts;
  const { home, schema, replicas, ...shared } = declaration;
  const name = schema.TableName;
  const existing = registry.find(home, name)?.definition;
  if (existing && describeKey(existing.schema) !== describeKey(schema)) {
    throw new Error(
      `table ${name} has the key ${describeKey(existing.schema)}, got ${describeKey(schema)}: a key cannot change; name the table anew, or start with a fresh state`,
    );
  }
  const definition: TableDefinition = {
    ...shared,
    home,
    schema,
    id: existing?.id ?? randomUUID(),
    createdAt: existing?.createdAt ?? context.clock.now(),
    replicaRegions: Object.keys(replicas).filter((region) => region !== home),
  };
  registry.putDefinition(definition);
  for (const [region, settings] of Object.entries(replicas)) registry.putReplica(name, region, home, settings);
  for (const region of existing?.replicaRegions ?? []) {
    if (!(region in replicas)) registry.deleteReplica(name, region);
  }
  tables.forgetIndexes(home, name);
  parts.timeToLive.scheduleNext(definition);
  await context.store.flush();
  return registry.get(home, name);
}

/** Checks what CreateTable would check and keeps the part that says how items are stored. Throws AwsError. */
export function parseSchema(request: Readonly<Record<string, unknown>>): TableSchema {
  const checked = parseTableSchema(structuredClone(request));
  const { TableName, AttributeDefinitions, KeySchema, LocalSecondaryIndexes } = checked;
  const GlobalSecondaryIndexes = checked.GlobalSecondaryIndexes?.map(({ IndexName, KeySchema: Key, Projection }) => ({
    IndexName,
    KeySchema: Key,
    Projection,
  }));
  return {
    TableName,
    AttributeDefinitions,
    KeySchema,
    ...(GlobalSecondaryIndexes && { GlobalSecondaryIndexes }),
    ...(LocalSecondaryIndexes && { LocalSecondaryIndexes }),
  };
}

function describeKey({ KeySchema, AttributeDefinitions }: TableSchema): string {
  return KeySchema.map(({ AttributeName, KeyType }) => {
    const type = AttributeDefinitions.find((definition) => definition.AttributeName === AttributeName)?.AttributeType;
    return `${AttributeName} ${KeyType} ${type}`;
  }).join(', ');
}

// Reads the ledger for the command line: single records by key, listings by index, each checked against its contract.
import { GetItemCommand, paginateQuery } from '@aws-sdk/client-dynamodb';
import type * as z from 'zod/mini';
import { fromItem } from '../contracts/ledger/attribute-values.ts';
import type { LedgerKey } from '../contracts/ledger/item.ts';
import type { Connection } from './connection.ts';

export interface ListingOptions {
  /** At most this many; all when absent. */
  readonly limit?: number;
  readonly newestFirst?: boolean;
}

export interface LedgerReader {
  find<T>(key: LedgerKey, schema: z.ZodMiniType<T>): Promise<T | undefined>;
  listPartition<T>(partition: string, schema: z.ZodMiniType<T>, options?: ListingOptions): Promise<T[]>;
  listByKind<T>(kind: string, schema: z.ZodMiniType<T>, options?: ListingOptions): Promise<T[]>;
  listByCorrelation<T>(correlationId: string, schema: z.ZodMiniType<T>): Promise<T[]>;
}

export function createLedgerReader(connection: Connection): LedgerReader {
  const TableName = connection.deployment.ledgerTableName;
  async function list<T>(
    attribute: string,
    value: string,
    index: string | undefined,
    schema: z.ZodMiniType<T>,
    { limit, newestFirst = false }: ListingOptions = {},
  ): Promise<T[]> {
    const records: T[] = [];
    const pages = paginateQuery(
      { client: connection.dynamoDb },
      {
        TableName,
        IndexName: index,
        KeyConditionExpression: '#key = :value',
        ExpressionAttributeNames: { '#key': attribute },
        ExpressionAttributeValues: { ':value': { S: value } },
        ScanIndexForward: !newestFirst,
        ...(limit === undefined ? {} : { Limit: limit }),
      },
    );
    for await (const { Items = [] } of pages) {
      for (const item of Items) {
        // A partition can hold records of another kind beside; they are not what was asked for.
        const parsed = schema.safeParse(fromItem(item));
        if (parsed.success) records.push(parsed.data);
      }
      if (limit !== undefined && records.length >= limit) break;
    }
    return records.slice(0, limit);
  }
  return {
    async find(key, schema) {
      const { Item } = await connection.dynamoDb.send(
        new GetItemCommand({ TableName, Key: { pk: { S: key.pk }, sk: { S: key.sk } }, ConsistentRead: true }),
      );
      return Item === undefined ? undefined : schema.parse(fromItem(Item));
    },
    listPartition: (partition, schema, options) => list('pk', partition, undefined, schema, options),
    listByKind: (kind, schema, options) => list('kind', kind, 'byKind', schema, options),
    listByCorrelation: (correlationId, schema) => list('correlationId', correlationId, 'byCorrelation', schema),
  };
}

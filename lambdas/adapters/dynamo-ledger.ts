// The ledger's table: typed reads and single-item conditional writes. All stores of ours stand on it.
import {
  type ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  paginateQuery,
  QueryCommand,
  type TransactionCanceledException,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type * as z from 'zod/mini';
import { fromItem, type Item, toItem } from '../../contracts/ledger/attribute-values.ts';
import type { LedgerKey } from '../../contracts/ledger/item.ts';

/** A condition in DynamoDB's language; `values` by their name with colon, `names` for words that DynamoDB reserves. */
export interface Condition {
  readonly expression: string;
  readonly values?: Readonly<Record<string, unknown>>;
  readonly names?: Readonly<Record<string, string>>;
}

/** What a conditional write met: it was written, or this is what stands there instead. */
export type WriteResult = { readonly written: true } | { readonly written: false; readonly existing: Item | undefined };

/** What one write of several met: its condition, with what stands there instead, or another transaction on the same item. */
export type Refusal = { readonly existing: Item | undefined } | 'busy' | undefined;

export class DynamoLedger {
  private readonly client: DynamoDBClient;
  private readonly tableName: string;

  constructor(client: DynamoDBClient, tableName: string) {
    this.client = client;
    this.tableName = tableName;
  }

  /** Sees every write that was answered before. */
  async find<Schema extends z.ZodMiniType>(schema: Schema, key: LedgerKey): Promise<z.output<Schema> | undefined> {
    const { Item: item } = await this.client.send(
      new GetItemCommand({ TableName: this.tableName, Key: toItem(key), ConsistentRead: true }),
    );
    return item === undefined ? undefined : schema.parse(fromItem(item));
  }

  /** The records of one partition whose sort key begins with `prefix`. Sees every write that was answered before. */
  async list<Schema extends z.ZodMiniType>(
    schema: Schema,
    pk: string,
    { prefix = '', limit, newestFirst = false }: { prefix?: string; limit?: number; newestFirst?: boolean } = {},
  ): Promise<z.output<Schema>[]> {
    const { Items: items = [] } = await this.client.send(
      new QueryCommand({
        TableName: this.tableName,
        ConsistentRead: true,
        KeyConditionExpression: prefix === '' ? 'pk = :pk' : 'pk = :pk AND begins_with(sk, :prefix)',
        ExpressionAttributeValues: toItem(prefix === '' ? { ':pk': pk } : { ':pk': pk, ':prefix': prefix }),
        ScanIndexForward: !newestFirst,
        ...(limit === undefined ? {} : { Limit: limit }),
      }),
    );
    return items.map((item) => schema.parse(fromItem(item)));
  }

  /**
   * The records of a kind in the order of their sort key, from one on when `from` is given, whatever their number. Of the index:
   * the write of a moment ago can be missing.
   */
  async listByKind<Schema extends z.ZodMiniType>(
    schema: Schema,
    kind: string,
    { from }: { from?: string | undefined } = {},
  ): Promise<z.output<Schema>[]> {
    const pages = paginateQuery(
      { client: this.client },
      {
        TableName: this.tableName,
        IndexName: 'byKind',
        KeyConditionExpression: from === undefined ? 'kind = :kind' : 'kind = :kind AND sortKey >= :from',
        ExpressionAttributeValues: toItem(from === undefined ? { ':kind': kind } : { ':kind': kind, ':from': from }),
      },
    );
    const records: z.output<Schema>[] = [];
    for await (const { Items: items = [] } of pages) records.push(...items.map((item) => schema.parse(fromItem(item))));
    return records;
  }

  async put(record: LedgerKey & Readonly<Record<string, unknown>>, condition?: Condition): Promise<WriteResult> {
    return await orExisting(
      this.client.send(
        new PutItemCommand({ TableName: this.tableName, Item: toItem(record), ...conditionOf(condition) }),
      ),
    );
  }

  /** Puts all of them or none, in one call; answers with what refused each, in their order, or `written`. */
  async putAll(
    puts: readonly { readonly record: LedgerKey & Readonly<Record<string, unknown>>; readonly condition: Condition }[],
  ): Promise<'written' | readonly Refusal[]> {
    try {
      const TransactItems = puts.map(({ record, condition }) => ({
        Put: { TableName: this.tableName, Item: toItem(record), ...conditionOf(condition) },
      }));
      await this.client.send(new TransactWriteItemsCommand({ TransactItems }));
      return 'written';
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'TransactionCanceledException') throw error;
      const { CancellationReasons: reasons = [] } = error as TransactionCanceledException;
      const refusals = reasons.map(({ Code, Item: existing }): Refusal => {
        if (Code === 'ConditionalCheckFailed') return { existing };
        return Code === 'TransactionConflict' ? 'busy' : undefined;
      });
      // Cancelled for another reason, such as too much traffic: nothing that a condition said.
      if (refusals.every((refusal) => refusal === undefined)) throw error;
      return refusals;
    }
  }

  /** Sets the attributes of `set` and removes those of `remove`. */
  async update(
    key: LedgerKey,
    set: Readonly<Record<string, unknown>>,
    condition: Condition,
    remove: readonly string[] = [],
  ): Promise<WriteResult> {
    const names = [...Object.keys(set), ...remove];
    const sets = Object.keys(set).map((name) => `#${name} = :set_${name}`);
    const removals = remove.length === 0 ? '' : ` REMOVE ${remove.map((name) => `#${name}`).join(', ')}`;
    const values = {
      ...condition.values,
      ...Object.fromEntries(Object.entries(set).map(([k, v]) => [`:set_${k}`, v])),
    };
    return await orExisting(
      this.client.send(
        new UpdateItemCommand({
          TableName: this.tableName,
          Key: toItem(key),
          UpdateExpression: `${sets.length === 0 ? '' : `SET ${sets.join(', ')}`}${removals}`.trim(),
          ConditionExpression: condition.expression,
          ExpressionAttributeNames: {
            ...condition.names,
            ...Object.fromEntries(names.map((name) => [`#${name}`, name])),
          },
          ...(Object.keys(values).length === 0 ? {} : { ExpressionAttributeValues: toItem(values) }),
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      ),
    );
  }

  async remove(key: LedgerKey): Promise<void> {
    await this.client.send(new DeleteItemCommand({ TableName: this.tableName, Key: toItem(key) }));
  }
}

function conditionOf(condition: Condition | undefined) {
  if (condition === undefined) return {};
  const { expression, values, names } = condition;
  return {
    ConditionExpression: expression,
    ...(values === undefined ? {} : { ExpressionAttributeValues: toItem(values) }),
    ...(names === undefined ? {} : { ExpressionAttributeNames: { ...names } }),
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
  };
}

async function orExisting(write: Promise<unknown>): Promise<WriteResult> {
  try {
    await write;
    return { written: true };
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ConditionalCheckFailedException') throw error;
    return { written: false, existing: (error as ConditionalCheckFailedException).Item };
  }
}

// GetItem, BatchGetItem, Query and Scan.
import type {
  BatchGetItemCommandInput,
  GetItemCommandInput,
  QueryCommandInput,
  ScanCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { Operation } from '../../../runtime/service.ts';
import type { DynamodbParts } from '../dynamodb-parts.ts';
import { decodeItem } from '../engine/attribute-values.ts';
import { type JsonItem, parseRequest, runNow, runSearch } from '../engine/dynalite.ts';
import { buildItemPermission, findQueriedKey } from '../permissions.ts';
import { encodeBatchRequest, encodeTableRequest } from './write-items.ts';

export function createGetItem(parts: DynamodbParts): Operation {
  return {
    authorize: (input: GetItemCommandInput, call) => [
      buildItemPermission(parts.registry, call.region, {
        action: 'GetItem',
        table: input.TableName ?? '',
        items: [input.Key],
      }),
    ],
    async handle(input: GetItemCommandInput, call) {
      const request = parseRequest('getItem', encodeTableRequest(input));
      const { Item, ...output } = runNow('getItem', parts.openWrites(call.region), request);
      await settleRead(parts, input.ConsistentRead);
      return { ...output, ...(Item !== undefined && { Item: decodeItem(Item as JsonItem) }) };
    },
  };
}

export function createBatchGetItem(parts: DynamodbParts): Operation {
  return {
    authorize: (input: BatchGetItemCommandInput, call) =>
      Object.entries(input.RequestItems ?? {}).map(([table, request]) =>
        buildItemPermission(parts.registry, call.region, {
          action: 'BatchGetItem',
          table,
          ...(request.Keys && { items: request.Keys }),
        }),
      ),
    async handle(input: BatchGetItemCommandInput, call) {
      const request = parseRequest('batchGetItem', encodeBatchRequest(input));
      const output = runNow('batchGetItem', parts.openWrites(call.region), request);
      await settleRead(parts, true);
      const Responses = mapValues(output.Responses as Record<string, JsonItem[]>, (items) => items.map(decodeItem));
      const UnprocessedKeys = mapValues(
        output.UnprocessedKeys as Record<string, { Keys: JsonItem[] }>,
        ({ Keys, ...rest }) => ({ ...rest, Keys: Keys.map(decodeItem) }),
      );
      return { ...output, Responses, UnprocessedKeys };
    },
  };
}

export function createQuery(parts: DynamodbParts): Operation {
  return {
    authorize: (input: QueryCommandInput, call) => [
      buildItemPermission(parts.registry, call.region, {
        action: 'Query',
        table: input.TableName ?? '',
        ...(input.IndexName && { index: input.IndexName }),
        items: [findQueriedKey(parts.registry, call.region, input)],
        context: selectContext(input),
      }),
    ],
    handle: (input: QueryCommandInput, call) => search(parts, 'query', input, call.region),
  };
}

export function createScan(parts: DynamodbParts): Operation {
  return {
    authorize: (input: ScanCommandInput, call) => [
      buildItemPermission(parts.registry, call.region, {
        action: 'Scan',
        table: input.TableName ?? '',
        ...(input.IndexName && { index: input.IndexName }),
        context: selectContext(input),
      }),
    ],
    handle: (input: ScanCommandInput, call) => search(parts, 'scan', input, call.region),
  };
}

async function search(
  parts: DynamodbParts,
  action: 'query' | 'scan',
  input: QueryCommandInput | ScanCommandInput,
  region: string,
): Promise<object> {
  const wholeItemsOf = input.Select === 'ALL_ATTRIBUTES' ? input.IndexName : undefined;
  const request = parseRequest(action, encodeTableRequest(input));
  const output = await runSearch(action, parts.openWrites(region, wholeItemsOf), request);
  await settleRead(parts, input.ConsistentRead);
  return {
    ...output,
    ...(output.Items !== undefined && { Items: (output.Items as JsonItem[]).map(decodeItem) }),
    ...(output.LastEvaluatedKey !== undefined && {
      LastEvaluatedKey: decodeItem(output.LastEvaluatedKey as JsonItem),
    }),
  };
}

/** A strongly consistent read answers nothing that a crash could still take back. */
async function settleRead(parts: DynamodbParts, isConsistent: boolean | undefined): Promise<void> {
  if (isConsistent) await parts.context.store.flush();
}

function selectContext(input: { Select?: string | undefined }): Record<string, string> {
  return input.Select ? { 'dynamodb:Select': input.Select } : {};
}

function mapValues<V, W>(record: Readonly<Record<string, V>>, map: (value: V) => W): Record<string, W> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}

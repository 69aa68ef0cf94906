// PutItem, UpdateItem, DeleteItem and BatchWriteItem.
import type {
  BatchWriteItemCommandInput,
  DeleteItemCommandInput,
  PutItemCommandInput,
  UpdateItemCommandInput,
  WriteRequest,
} from '@aws-sdk/client-dynamodb';
import { AwsError, type CallContext, type Operation } from '../../../runtime/service.ts';
import type { DynamodbParts } from '../dynamodb-parts.ts';
import { decodeItem, encodeRequest } from '../engine/attribute-values.ts';
import { type JsonItem, parseRequest, runNow } from '../engine/dynalite.ts';
import { buildItemPermission } from '../permissions.ts';
import { parseTableName } from '../tables/table-registry.ts';

type WriteInput = PutItemCommandInput | UpdateItemCommandInput | DeleteItemCommandInput;
type WriteName = 'PutItem' | 'UpdateItem' | 'DeleteItem';
const ACTIONS = { PutItem: 'putItem', UpdateItem: 'updateItem', DeleteItem: 'deleteItem' } as const;

export function createWriteItem(parts: DynamodbParts, name: WriteName): Operation {
  return {
    authorize(input: WriteInput, call) {
      const items = ['Item' in input ? input.Item : (input as DeleteItemCommandInput).Key];
      return [
        buildItemPermission(parts.registry, call.region, {
          action: name,
          table: input.TableName ?? '',
          items,
          ...(input.ReturnValues && { context: { 'dynamodb:ReturnValues': input.ReturnValues } }),
        }),
      ];
    },
    async handle(input: WriteInput, call: CallContext) {
      const writes = parts.openWrites(call.region);
      try {
        const request = parseRequest(ACTIONS[name], encodeTableRequest(input));
        const { Attributes, ...output } = runNow(ACTIONS[name], writes, request);
        await parts.commit(writes);
        return { ...output, ...(Attributes !== undefined && { Attributes: decodeItem(Attributes as JsonItem) }) };
      } catch (error) {
        if (!(error instanceof AwsError) || error.code !== 'ConditionalCheckFailedException') throw error;
        const Item =
          input.ReturnValuesOnConditionCheckFailure === 'ALL_OLD' ? findExisting(parts, call, input) : undefined;
        // What the condition was checked against must not be lost after the refusal has been heard.
        await parts.context.store.flush();
        throw Item ? new AwsError(error.code, error.message, { details: { Item } }) : error;
      }
    },
  };
}

/** The item that a write is about, in the SDK's shape. */
export function findExisting(
  parts: DynamodbParts,
  call: CallContext,
  input: { TableName?: string | undefined; Item?: unknown; Key?: unknown },
) {
  const { schema } = parts.registry.get(call.region, input.TableName ?? '').definition;
  const { Item, Key } = encodeRequest({ Item: input.Item, Key: input.Key }) as { Item?: JsonItem; Key?: JsonItem };
  const source = Item ?? Key ?? {};
  const key = Object.fromEntries(schema.KeySchema.map(({ AttributeName: name }) => [name, source[name]]));
  const found = runNow('getItem', parts.openWrites(call.region), { TableName: schema.TableName, Key: key });
  return found.Item === undefined ? undefined : decodeItem(found.Item as JsonItem);
}

export function createBatchWriteItem(parts: DynamodbParts): Operation {
  return {
    authorize(input: BatchWriteItemCommandInput, call) {
      return Object.entries(input.RequestItems ?? {}).map(([table, requests]) =>
        buildItemPermission(parts.registry, call.region, {
          action: 'BatchWriteItem',
          table,
          items: requests.map((request: WriteRequest) => request.PutRequest?.Item ?? request.DeleteRequest?.Key),
        }),
      );
    },
    async handle(input: BatchWriteItemCommandInput, call) {
      const writes = parts.openWrites(call.region);
      const output = runNow('batchWriteItem', writes, parseRequest('batchWriteItem', encodeBatchRequest(input)));
      await parts.commit(writes);
      return output;
    },
  };
}

/** Encodes a request that names one table, by its name if it was named by ARN. */
export function encodeTableRequest(input: { TableName?: string | undefined }): Record<string, unknown> {
  const request = encodeRequest(input);
  if (typeof request.TableName === 'string') request.TableName = parseTableName(request.TableName);
  return request;
}

/** As `encodeTableRequest` for batches, which name their tables by the keys of a map. */
export function encodeBatchRequest(input: { RequestItems?: object | undefined }): Record<string, unknown> {
  const request = encodeRequest(input);
  if (input.RequestItems) {
    request.RequestItems = Object.fromEntries(
      Object.entries(request.RequestItems as object).map(([table, requests]) => [parseTableName(table), requests]),
    );
  }
  return request;
}

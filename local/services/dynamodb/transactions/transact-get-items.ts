// TransactGetItems: items as they all were at one moment.
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactGetItems.html
import type { TransactGetItemsCommandInput } from '@aws-sdk/client-dynamodb';
import { AwsError, type Operation } from '../../../runtime/service.ts';
import type { DynamodbParts } from '../dynamodb-parts.ts';
import { decodeItem } from '../engine/attribute-values.ts';
import { type JsonItem, parseRequest, runNow } from '../engine/dynalite.ts';
import { encodeTableRequest } from '../operations/write-items.ts';
import { buildItemPermission } from '../permissions.ts';
import { buildCancellation } from './transact-write-items.ts';

export function createTransactGetItems(parts: DynamodbParts): Operation {
  return {
    authorize: (input: TransactGetItemsCommandInput, call) =>
      (input.TransactItems ?? []).map(({ Get }) =>
        buildItemPermission(parts.registry, call.region, {
          action: 'GetItem',
          table: Get?.TableName ?? '',
          items: [Get?.Key],
          context: { 'dynamodb:EnclosingOperation': 'TransactGetItems' },
        }),
      ),
    async handle(input: TransactGetItemsCommandInput, call) {
      const requests = (input.TransactItems ?? []).map(({ Get }) =>
        parseRequest('getItem', encodeTableRequest(Get ?? {})),
      );
      if (requests.length === 0 || requests.length > 100) {
        throw new AwsError('ValidationException', 'TransactItems must have between 1 and 100 members');
      }
      const store = parts.openWrites(call.region);
      const outcomes = requests.map((request) => {
        try {
          return { item: runNow('getItem', store, request).Item as JsonItem | undefined };
        } catch (error) {
          if (!(error instanceof AwsError) || error.code !== 'ValidationException') throw error;
          return { refusal: error.message };
        }
      });
      if (outcomes.some(({ refusal }) => refusal !== undefined)) {
        throw buildCancellation(
          outcomes.map(({ refusal }) =>
            refusal === undefined ? { Code: 'None' } : { Code: 'ValidationError', Message: refusal },
          ),
        );
      }
      await parts.context.store.flush();
      return { Responses: outcomes.map(({ item }) => (item ? { Item: decodeItem(item) } : {})) };
    },
  };
}

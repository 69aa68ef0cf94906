// Lists the records of one kind in the ledger through the AWS API, as the operator.
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type * as z from 'zod/mini';
import { operatorOf } from '../local/runtime/service.ts';
import { toPlain } from './read-ledger-item.ts';
import type { System } from './start-system.ts';

/** In the order of their sort key, all of them. */
export async function listLedgerItems<T>(system: System, kind: string, schema: z.ZodMiniType<T>): Promise<T[]> {
  const { context } = system.runtime;
  const found: T[] = [];
  let ExclusiveStartKey: object | undefined;
  do {
    const page = await context.call<{ Items?: Record<string, AttributeValue>[]; LastEvaluatedKey?: object }>({
      service: 'dynamodb',
      operation: 'Query',
      input: {
        TableName: system.deployment.ledgerTableName,
        IndexName: 'byKind',
        KeyConditionExpression: 'kind = :kind',
        ExpressionAttributeValues: { ':kind': { S: kind } },
        ExclusiveStartKey,
      },
      principal: operatorOf(context),
      region: system.deployment.region,
    });
    found.push(...(page.Items ?? []).map((item) => schema.parse(toPlain({ M: item }))));
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey !== undefined);
  return found;
}

// Reads one record of the ledger through the AWS API, as the operator.
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type * as z from 'zod/mini';
import type { LedgerKey } from '../contracts/ledger/item.ts';
import { operatorOf } from '../local/runtime/service.ts';
import type { System } from './start-system.ts';

export async function readLedgerItem<T>(
  system: System,
  key: LedgerKey,
  schema: z.ZodMiniType<T>,
): Promise<T | undefined> {
  const { context } = system.runtime;
  const { Item } = await context.call<{ Item?: Record<string, AttributeValue> }>({
    service: 'dynamodb',
    operation: 'GetItem',
    input: {
      TableName: system.deployment.ledgerTableName,
      Key: { pk: { S: key.pk }, sk: { S: key.sk } },
      ConsistentRead: true,
    },
    principal: operatorOf(context),
    region: system.deployment.region,
  });
  return Item === undefined ? undefined : schema.parse(toPlain({ M: Item }));
}

export function toPlain(value: AttributeValue): unknown {
  if (value.N !== undefined) return Number(value.N);
  if (value.L !== undefined) return value.L.map(toPlain);
  if (value.M !== undefined)
    return Object.fromEntries(Object.entries(value.M).map(([name, member]) => [name, toPlain(member)]));
  return value.S ?? value.BOOL;
}

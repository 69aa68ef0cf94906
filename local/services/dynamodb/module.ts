// Amazon DynamoDB: dynalite's expressions and item semantics over the durable store, with transactions and time to live.
import type { CreateServiceModule } from '../../runtime/context.ts';
import type { PolicyDocument } from '../../runtime/service.ts';
import { createDynamodbParts } from './dynamodb-parts.ts';
import { createBatchGetItem, createGetItem, createQuery, createScan } from './operations/read-items.ts';
import { createTableSettingOperations } from './operations/table-settings.ts';
import { createTableOperations } from './operations/tables.ts';
import { createBatchWriteItem, createWriteItem } from './operations/write-items.ts';
import { createGlobalTableProvider } from './providers/global-table.ts';
import { createTableProvider } from './providers/table.ts';
import { createTransactGetItems } from './transactions/transact-get-items.ts';
import { createTransactWriteItems } from './transactions/transact-write-items.ts';
import { TransactionTokens } from './transactions/transaction-tokens.ts';

export const createDynamodbModule: CreateServiceModule = (context) => {
  const parts = createDynamodbParts(context);
  return {
    services: [
      {
        id: 'dynamodb',
        signingName: 'dynamodb',
        loadSdk: () => import('@aws-sdk/client-dynamodb') as Promise<unknown> as Promise<Record<string, unknown>>,
        operations: {
          PutItem: createWriteItem(parts, 'PutItem'),
          UpdateItem: createWriteItem(parts, 'UpdateItem'),
          DeleteItem: createWriteItem(parts, 'DeleteItem'),
          BatchWriteItem: createBatchWriteItem(parts),
          GetItem: createGetItem(parts),
          BatchGetItem: createBatchGetItem(parts),
          Query: createQuery(parts),
          Scan: createScan(parts),
          TransactWriteItems: createTransactWriteItems(parts, new TransactionTokens(context)),
          TransactGetItems: createTransactGetItems(parts),
          ...createTableOperations(parts),
          ...createTableSettingOperations(parts),
        },
        resourcePolicy(arn) {
          const policy = parts.registry.findByArn(arn.replace(/\/index\/[^/]+$/, ''))?.replica.settings.resourcePolicy;
          return policy && (JSON.parse(policy.document) as PolicyDocument);
        },
        start: async () => parts.timeToLive.start(),
        stop: async () => parts.timeToLive.stop(),
      },
    ],
    providers: [createTableProvider(parts), createGlobalTableProvider(parts)],
  };
};

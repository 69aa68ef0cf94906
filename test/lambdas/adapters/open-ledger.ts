// A ledger over the local DynamoDB, with the keys and indexes that the stack gives it.
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ledgerIndexes, ledgerKeys } from '../../../contracts/ledger.ts';
import type { Clock } from '../../../core/clock.ts';
import { DynamoLedger } from '../../../lambdas/adapters/dynamo-ledger.ts';
import { AwsError } from '../../../local/runtime/service.ts';
import { createDynamodbModule } from '../../../local/services/dynamodb/module.ts';
import { createServiceHarness } from '../../local/services/service-harness.ts';

export interface TestLedger {
  readonly ledger: DynamoLedger;
  /** Time that a test sets; `sleep` moves it on. */
  readonly clock: Clock & { set(milliseconds: number): void };
  stop(): Promise<void>;
}

export async function openLedger(): Promise<TestLedger> {
  const harness = await createServiceHarness([createDynamodbModule]);
  await harness.create('AWS::DynamoDB::Table', 'Ledger', {
    TableName: 'ledger',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      ...new Set([ledgerKeys, ...ledgerIndexes].flatMap(({ partition, sort }) => [partition, sort])),
    ].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    KeySchema: [
      { AttributeName: ledgerKeys.partition, KeyType: 'HASH' },
      { AttributeName: ledgerKeys.sort, KeyType: 'RANGE' },
    ],
    GlobalSecondaryIndexes: ledgerIndexes.map(({ name, partition, sort }) => ({
      IndexName: name,
      KeySchema: [
        { AttributeName: partition, KeyType: 'HASH' },
        { AttributeName: sort, KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'ALL' },
    })),
  });
  await harness.start();
  // The adapters' own commands, without the wire between; the SDK's paginators ask for an instance of the client.
  const client: DynamoDBClient = Object.assign(Object.create(DynamoDBClient.prototype), {
    async send(command: { input: object; constructor: { name: string } }) {
      try {
        return await harness.call('dynamodb', command.constructor.name.replace(/Command$/, ''), command.input);
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        throw Object.assign(new Error(error.message), { name: error.code, ...error.details });
      }
    },
  });
  let now = Date.parse('2026-11-23T20:00:00.000Z');
  return {
    ledger: new DynamoLedger(client, 'ledger'),
    clock: {
      now: () => now,
      async sleep(milliseconds) {
        const until = now + milliseconds;
        // Lets the others go on: what is waited for is their doing.
        await new Promise(setImmediate);
        now = Math.max(now, until);
      },
      set(milliseconds) {
        now = milliseconds;
      },
    },
    stop: async () => await harness.stop(),
  };
}

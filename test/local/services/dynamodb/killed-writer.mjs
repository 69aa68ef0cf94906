// Puts items one after the other and says which were acknowledged, until it is killed.
import { createVirtualClock } from '../../../../local/clock/virtual-clock.ts';
import { createDynamodbModule } from '../../../../local/services/dynamodb/module.ts';
import { openJournalStore } from '../../../../local/storage/journal-store.ts';

const accountId = '111122223333';
const region = 'eu-west-1';
const call = { principal: { kind: 'operator', arn: 'operator', accountId }, region, accountId, requestId: 'r' };
const store = await openJournalStore(process.argv[2]);
const trace = { record: () => undefined };
const { services, providers } = createDynamodbModule({ clock: createVirtualClock({}), store, trace, accountId });
const { operations } = services[0];
await providers[0].create({
  logicalId: 'Table',
  properties: {
    TableName: 'things',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  },
  stack: { name: 'Test', region, accountId },
});
async function write(lane) {
  for (let n = 0; ; n += 1) {
    const items = ['left', 'right'].map((side) => ({
      Put: { TableName: 'things', Item: { id: { S: `${lane}-${n}-${side}` } } },
    }));
    await operations.TransactWriteItems.handle({ TransactItems: items }, call);
    process.stdout.write(`${lane}-${n}\n`);
  }
}
await Promise.all([write('a'), write('b'), write('c')]);

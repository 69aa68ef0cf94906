// Puts objects one after the other and says which were acknowledged, until it is killed.
import { Readable } from 'node:stream';
import { createVirtualClock } from '../../../../local/clock/virtual-clock.ts';
import { createS3Module } from '../../../../local/services/s3/module.ts';
import { openJournalStore } from '../../../../local/storage/journal-store.ts';

const [, , folder, Bucket] = process.argv;
const accountId = '111122223333';
const region = 'eu-west-1';
const call = { principal: { kind: 'operator', arn: 'operator', accountId }, region, accountId, requestId: 'r' };
const store = await openJournalStore(folder);
const trace = { record: () => undefined };
const { services, providers } = createS3Module({ clock: createVirtualClock({}), store, trace, accountId });
const { operations } = services[0];
await providers[0].create({
  logicalId: 'Bucket',
  properties: { BucketName: Bucket },
  stack: { name: 'Test', region, accountId },
});

function* body(key) {
  for (let n = 0; n < 10; n += 1) yield Buffer.from(`${key} `.repeat(1_000));
}
async function write(lane) {
  for (let n = 0; ; n += 1) {
    const Key = `${lane}-${n}`;
    await operations.PutObject.handle({ Bucket, Key, Body: Readable.from(body(Key)) }, call);
    process.stdout.write(`${Key}\n`);
  }
}
await Promise.all([write('a'), write('b'), write('c')]);

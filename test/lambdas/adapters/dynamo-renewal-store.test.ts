// The right to renew a certificate, on the local DynamoDB.
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { type RenewalRecord, renewalRecord } from '../../../contracts/ledger/certificate-renewals.ts';
import { ledgerKey } from '../../../contracts/ledger.ts';
import type { RenewalStore } from '../../../core/certificates/renewal-store.ts';
import { createDynamoRenewalStore } from '../../../lambdas/adapters/dynamo-renewal-store.ts';
import { openLedger, type TestLedger } from './open-ledger.ts';

let test: TestLedger;
let store: RenewalStore;
beforeEach(async () => {
  test = await openLedger();
  store = createDynamoRenewalStore(test.ledger);
});
afterEach(async () => await test.stop());

const now = '2026-11-23T06:00:00.000Z';
const until = '2026-11-23T16:00:00.000Z';
const later = '2026-11-23T16:00:01.000Z';
const claim = (holder: string) => ({ holder, until, now });
const record = (executionArn: string, reason = 'served at its address'): RenewalRecord => ({
  ...ledgerKey.renewal('api', now, executionArn),
  renewalId: executionArn,
  name: 'api',
  outcome: 'failed',
  action: 'issue',
  reason,
  actor: 'ada',
  executionArn,
  startedAt: now,
  finishedAt: now,
  correlationId: 'c',
  expiresAt: 1,
});
const ended = (failures: number) => ({
  ...ledgerKey.renewalState('api'),
  kind: 'certificate-renewal',
  sortKey: 'api',
  name: 'api',
  failures,
});

it('is given to one of many who ask at the same moment', async () => {
  const taken = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((holder) => store.take('api', claim(holder))));
  expect(taken.filter(Boolean)).toHaveLength(1);
  expect(await store.take('other', claim('b'))).toBe(true);
});

it('is found by its own holder again, and by others when it has run out or its holder is dead', async () => {
  expect(await store.take('api', claim('a'))).toBe(true);
  expect(await store.take('api', claim('a'))).toBe(true);
  expect(await store.take('api', claim('b'))).toBe(false);
  expect(await store.take('api', { ...claim('b'), deadHolder: 'somebody else' })).toBe(false);
  expect(await store.take('api', { ...claim('b'), deadHolder: 'a' })).toBe(true);
  expect((await store.find('api'))?.holder).toBe('b');
  expect(await store.take('api', { ...claim('c'), now: later })).toBe(true);
});

it('is given back with what holds the next one back, and taking it keeps that', async () => {
  await store.take('api', claim('a'));
  expect(await store.settle({ ...ended(1), notBefore: until }, 'a', record('a'))).toBe(true);
  expect(await store.find('api')).toMatchObject({ failures: 1, notBefore: until });
  expect((await store.find('api'))?.holder).toBeUndefined();
  expect(await store.take('api', claim('b'))).toBe(true);
  expect(await store.find('api')).toMatchObject({ holder: 'b', failures: 1, notBefore: until });
});

it('cannot be given back by one from whom it was taken; what that one did is on record once all the same', async () => {
  await store.take('api', claim('a'));
  await store.take('api', { ...claim('b'), deadHolder: 'a' });
  expect(await store.settle(ended(1), 'a', record('a'))).toBe(false);
  expect(await store.settle(ended(1), 'a', record('a', 'told anew'))).toBe(false);
  expect(await store.find('api')).toMatchObject({ holder: 'b', failures: 0 });
  const written = await test.ledger.find(renewalRecord, ledgerKey.renewal('api', now, 'a'));
  expect(written?.reason).toBe('served at its address');
});

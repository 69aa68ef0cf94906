// What gates read of the ledger, on the local DynamoDB.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Alert } from '../../../contracts/events/alert.ts';
import { alertRecord } from '../../../contracts/ledger/alerts.ts';
import { ledgerKey, ledgerKind } from '../../../contracts/ledger.ts';
import { buildAlertRecord } from '../../../core/gates/build-alert-record.ts';
import { putAlert } from '../../../lambdas/adapters/dynamo-alert-book.ts';
import { createDynamoGateLedger } from '../../../lambdas/adapters/dynamo-gate-ledger.ts';
import { configuration, now } from '../../core/gates/gate-facts-builder.ts';
import { openLedger, type TestLedger } from './open-ledger.ts';

let test: TestLedger;
beforeEach(async () => {
  test = await openLedger();
});
afterEach(async () => await test.stop());

const alert = (status: Alert['status'], startsAt: string, labels: object = {}): Alert => ({
  fingerprint: '9f2c',
  status,
  startsAt,
  labels: { alertname: 'HighErrorRate', severity: 'critical', service: 'api-gateway', environment: 'prod', ...labels },
  annotations: {},
});
const early = '2026-11-23T19:00:00.000Z';
const late = '2026-11-23T19:30:00.000Z';
const stateOf = async () => (await test.ledger.find(alertRecord, ledgerKey.alert('9f2c')))?.kind;

describe('alerts', () => {
  it.each([
    ['fires', [alert('firing', early)], 'firing-alert#prod'],
    ['is over', [alert('firing', early), alert('resolved', early)], 'resolved-alert#prod'],
    ['is heard of the wrong way round', [alert('resolved', early), alert('firing', early)], 'resolved-alert#prod'],
    ['fires anew', [alert('firing', early), alert('resolved', early), alert('firing', late)], 'firing-alert#prod'],
    ['fires anew, and its old end comes late', [alert('firing', late), alert('resolved', early)], 'firing-alert#prod'],
    ['is told twice', [alert('firing', early), alert('firing', early)], 'firing-alert#prod'],
  ])('that %s', async (_, told, kind) => {
    for (const each of told) {
      const record = buildAlertRecord(configuration, each);
      if (record !== undefined) await putAlert(test.ledger, record);
    }
    expect(await stateOf()).toBe(kind);
  });

  it.each([{ severity: 'warning' }, { service: 'foreign' }, { environment: 'moon' }])(
    'with %j are none of the gates’',
    (labels) => {
      expect(buildAlertRecord(configuration, alert('firing', early, labels))).toBeUndefined();
    },
  );
});

describe('rollouts under way', () => {
  it('are counted by their executions, without our own and without what ran out', async () => {
    const lease = (service: string, holder: string | undefined, leaseUntil: number) => ({
      ...ledgerKey.lease('prod', service),
      fencingToken: 1,
      ...(holder === undefined ? {} : { holder }),
      leaseUntilMilliseconds: leaseUntil,
    });
    const valid = Date.parse(now) + 60_000;
    await test.ledger.put(lease('a', 'one', valid));
    await test.ledger.put(lease('b', 'one', valid));
    await test.ledger.put(lease('c', 'two', valid));
    await test.ledger.put(lease('d', 'dead', Date.parse(now) - 1));
    await test.ledger.put(lease('e', undefined, valid));
    const gates = createDynamoGateLedger(test.ledger);
    expect(await gates.countOtherHolders('prod', 'me', now)).toBe(2);
    expect(await gates.countOtherHolders('prod', 'two', now)).toBe(1);
    expect(await gates.countOtherHolders('staging', 'me', now)).toBe(0);
  });
});

describe('an override without an approval', () => {
  it('overrules nothing', async () => {
    const validUntil = '2026-11-23T22:00:00.000Z';
    await test.ledger.put({
      ...ledgerKey.gateOverride('prod', validUntil, 'override-1'),
      kind: ledgerKind.gateOverride,
      sortKey: validUntil,
      approvalId: 'override-1',
      environment: 'prod',
      service: 'api-gateway',
      gates: ['not-frozen'],
      reason: 'x',
      validUntil,
      requestedBy: 'mallory',
      requestedAt: now,
    });
    expect(await createDynamoGateLedger(test.ledger).listOverrides('prod', now)).toEqual([]);
  });
});

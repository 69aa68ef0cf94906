// Tests of core/gates/read-holds.ts: what is asked again while a version is on its way, over the real ledger.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { alertFiringExample } from '../../../contracts/events/alert.ts';
import { ledgerKey, ledgerKind } from '../../../contracts/ledger.ts';
import { buildAlertRecord } from '../../../core/gates/build-alert-record.ts';
import { findHolds } from '../../../core/gates/find-holds.ts';
import { type HoldLedger, readHolds } from '../../../core/gates/read-holds.ts';
import { createDynamoGateLedger } from '../../../lambdas/adapters/dynamo-gate-ledger.ts';
import { openLedger, type TestLedger } from '../../lambdas/adapters/open-ledger.ts';
import { configuration, now } from './gate-facts-builder.ts';

let test: TestLedger;
beforeEach(async () => {
  test = await openLedger();
});
afterEach(async () => await test.stop());

const asked = { environment: 'prod', service: 'api-gateway', now };
const hold = async (ledger: HoldLedger = createDynamoGateLedger(test.ledger)) =>
  (await readHolds(configuration, ledger, asked)).map(({ gate, verdict }) => `${gate} ${verdict}`);
const freeze = {
  ...ledgerKey.freeze('f'),
  kind: ledgerKind.freeze,
  sortKey: 'f',
  freezeId: 'f',
  name: 'launch',
  reason: 'everybody watches',
  environments: ['prod'],
  from: '2026-11-23T19:00:00.000Z',
  addedBy: 'ada',
  addedAt: now,
};

describe('a version that is on its way', () => {
  it('is held by nothing while nothing has happened', async () => {
    expect(await hold()).toEqual([]);
  });

  it('is held by a freeze that began meanwhile', async () => {
    await test.ledger.put(freeze);
    expect(await hold()).toEqual(['not-frozen closed']);
  });

  it('is held by a critical alert of its service, and not by one of another', async () => {
    const alert = { ...alertFiringExample.alert, labels: { ...alertFiringExample.alert.labels, environment: 'prod' } };
    const record = buildAlertRecord(configuration, alert);
    if (record === undefined) throw new Error('the example is not critical');
    await test.ledger.put({ ...record, service: 'mcp-server' });
    expect(await hold()).toEqual([]);
    await test.ledger.put(record);
    expect(await hold()).toEqual(['no-open-incident closed']);
  });

  it('is held when the ledger does not say', async () => {
    const down = async () => await Promise.reject(new Error('the table is away'));
    const ledger = { ...createDynamoGateLedger(test.ledger), listIncidents: down };
    expect(await hold(ledger)).toEqual(['no-open-incident cannot-tell', 'not-frozen cannot-tell']);
  });

  it('is held by no gate that the environment does not ask for, nor by one that two people overruled for its service', () => {
    const closed = {
      environment: 'prod',
      service: 'api-gateway',
      now,
      incidents: { known: [{ environment: 'prod', services: ['api-gateway'], reason: 'errors', openedAt: now }] },
      alerts: { known: [] },
      freezes: { known: [] },
    };
    const override = {
      environment: 'prod',
      service: 'api-gateway',
      gates: ['no-open-incident' as const],
      reason: 'we know',
      validUntil: now,
      approvers: ['ada', 'grace'],
    };
    const names = ['no-open-incident' as const];
    expect(findHolds({ ...closed, names, overrides: [] })).toHaveLength(1);
    expect(findHolds({ ...closed, names: ['not-frozen'], overrides: [] })).toEqual([]);
    expect(findHolds({ ...closed, names, overrides: [override] })).toEqual([]);
    expect(findHolds({ ...closed, names, overrides: [{ ...override, service: 'mcp-server' }] })).toHaveLength(1);
  });
});

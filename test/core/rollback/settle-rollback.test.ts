// Tests of core/rollback/settle-rollback.ts and its store: decisions at once, on the local DynamoDB.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { decisionRecord } from '../../../contracts/ledger/decisions.ts';
import { quarantineRecord } from '../../../contracts/ledger/rollbacks.ts';
import { ledgerKey } from '../../../contracts/ledger.ts';
import type { RollbackPlan } from '../../../contracts/workflows/rollback-release.ts';
import type { AutomaticRollback } from '../../../core/rollback/rollback-facts.ts';
import { settleRollback } from '../../../core/rollback/settle-rollback.ts';
import {
  createDynamoRollbackHistory,
  createDynamoRollbackLedger,
} from '../../../lambdas/adapters/dynamo-rollback-store.ts';
import { openLedger, type TestLedger } from '../../lambdas/adapters/open-ledger.ts';
import { buildPromotion, buildService, digestB } from '../promotion/promotion-builder.ts';

let test: TestLedger;
beforeEach(async () => {
  test = await openLedger();
});
afterEach(async () => await test.stop());

const now = '2026-11-23T20:00:00.000Z';
const limit = 3;
/** Acts while fewer than `limit` are known. */
const planOf =
  (rollbackId: string) =>
  async (findKnown: () => Promise<readonly AutomaticRollback[]>): Promise<RollbackPlan> => ({
    outcome: (await findKnown()).filter((each) => each.rollbackId !== rollbackId).length < limit ? 'acted' : 'refused',
    rule: 'limit-in-all-per-hour',
    reason: 'because',
    promotion: buildPromotion({ promotionId: rollbackId, change: 'rollback' }),
    services: [buildService()],
    blamed: [{ service: 'api-gateway', version: 'v2', digest: digestB, promotionId: `blamed-by-${rollbackId}` }],
    refusedTargets: [],
    alertResolveSeconds: 60,
    gitTries: 3,
  });
const settle = (rollbackId: string, isAutomatic = true) =>
  settleRollback(createDynamoRollbackLedger(test.ledger), planOf(rollbackId), { isAutomatic, now });

describe('settleRollback', () => {
  it('holds the limit when many are decided at once', async () => {
    const settled = await Promise.all(Array.from({ length: 12 }, (_, index) => settle(`r${index}`)));
    expect(settled.filter(({ outcome }) => outcome === 'acted')).toHaveLength(limit);
  });

  it('comes to the same answer when it is repeated, and counts once', async () => {
    for (let attempt = 0; attempt < 3; attempt += 1) expect((await settle('r1')).outcome).toBe('acted');
    expect((await settle('r2')).outcome).toBe('acted');
    expect((await settle('r3')).outcome).toBe('acted');
    expect((await settle('r4')).outcome).toBe('refused');
  });

  it('opens the circuit once, however many trip it, and again only after it was closed', async () => {
    const tripping = (rollbackId: string) => async (): Promise<RollbackPlan> => ({
      ...(await planOf(rollbackId)(async () => [])),
      outcome: 'refused',
      tripped: { scope: 'dev#api-gateway', blamed: [] },
    });
    const store = createDynamoRollbackLedger(test.ledger);
    const trip = async (rollbackId: string) =>
      (await settleRollback(store, tripping(rollbackId), { isAutomatic: true, now })).tripped !== undefined;
    const told = await Promise.all(Array.from({ length: 8 }, (_, index) => trip(`r${index}`)));
    expect(told.filter(Boolean)).toHaveLength(1);
    // Asked again after an interruption, the one that opened it tells again.
    expect(await trip(`r${told.indexOf(true)}`)).toBe(true);
    const circuits = createDynamoRollbackHistory(test.ledger, 'sha-{sha}');
    expect(await circuits.listOpenCircuits('dev', 'api-gateway')).toMatchObject([{ scope: 'dev#api-gateway' }]);
    expect(await circuits.listOpenCircuits('prod', 'api-gateway')).toEqual([]);
    await test.ledger.update(
      ledgerKey.circuit('dev#api-gateway'),
      { status: 'closed' },
      { expression: 'attribute_exists(pk)' },
    );
    expect(await circuits.listOpenCircuits('dev', 'api-gateway')).toEqual([]);
    expect(await trip('later')).toBe(true);
  });

  it('does not count what a person asks for', async () => {
    for (let index = 0; index < 5; index += 1) expect((await settle(`r${index}`, false)).outcome).toBe('acted');
  });

  it('records every decision with its inputs, and quarantines what is taken back', async () => {
    await settle('r1');
    expect(await test.ledger.find(decisionRecord, ledgerKey.decision('r1', 'rollback-release'))).toMatchObject({
      outcome: 'acted',
      rule: 'rollback-release/limit-in-all-per-hour',
      inputs: { from: ['api-gateway v2'] },
    });
    const quarantine = await test.ledger.find(quarantineRecord, ledgerKey.quarantine('api-gateway', digestB));
    expect(quarantine).toMatchObject({ version: 'v2', reason: 'because', rollbackId: 'r1' });
  });
});

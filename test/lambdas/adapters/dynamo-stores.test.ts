// Tests of the stores of builds, releases and outcomes on the local DynamoDB.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { deploymentRecord } from '../../../contracts/ledger/deployments.ts';
import { promotionRecord } from '../../../contracts/ledger/promotions.ts';
import { ledgerKey, ledgerKind } from '../../../contracts/ledger.ts';
import { buildEventRecord } from '../../../core/audit/build-event-record.ts';
import type { Outcome } from '../../../core/promotion/build-outcome-records.ts';
import { recordOutcome } from '../../../core/promotion/record-outcome.ts';
import { createDynamoBuildStore } from '../../../lambdas/adapters/dynamo-build-store.ts';
import { putCanaryRollback } from '../../../lambdas/adapters/dynamo-canary-facts.ts';
import { createDynamoGateLedger } from '../../../lambdas/adapters/dynamo-gate-ledger.ts';
import { createDynamoOutcomeStore } from '../../../lambdas/adapters/dynamo-outcome-store.ts';
import {
  createDynamoReleaseHistory,
  createDynamoReleaseStore,
} from '../../../lambdas/adapters/dynamo-release-store.ts';
import { createDynamoRollbackLedger } from '../../../lambdas/adapters/dynamo-rollback-store.ts';
import { createDynamoRolloutLedger } from '../../../lambdas/adapters/dynamo-rollout-ledger.ts';
import { createDynamoCanaryHalts } from '../../../lambdas/adapters/dynamo-rollout-signals.ts';
import { buildPromotion, buildService, commitA, digestA, digestB } from '../../core/promotion/promotion-builder.ts';
import { openLedger, type TestLedger } from './open-ledger.ts';

let test: TestLedger;
beforeEach(async () => {
  test = await openLedger();
});
afterEach(async () => await test.stop());

const outcomeOf = (overrides: Partial<Outcome> = {}): Outcome => ({
  outcome: 'succeeded',
  reason: 'api-gateway is healthy in dev',
  promotion: buildPromotion(),
  services: [buildService()],
  leases: [{ service: 'api-gateway', fencingToken: 1 }],
  revision: 'c'.repeat(40),
  committedAt: '2026-11-23T20:01:00.000Z',
  warnings: [],
  finishedAt: '2026-11-23T20:05:00.000Z',
  ...overrides,
});

describe('the build store', () => {
  const repository = 'pyairtable/pyairtable';
  const report = {
    repository,
    commit: commitA,
    conclusion: 'failure',
    runId: 5,
    runAttempt: 1,
    url: 'u',
    concludedAt: 't',
  };

  it('keeps the conclusion of the latest attempt, in whatever order they come', async () => {
    const store = createDynamoBuildStore(test.ledger, test.clock);
    await store.putConclusion({ ...report, runAttempt: 2, conclusion: 'success' }, 'event-2');
    await store.putConclusion(report, 'event-1');
    expect(await store.findConclusion(repository, commitA)).toEqual({ conclusion: 'success', url: 'u' });
    await store.putConclusion({ ...report, runId: 6 }, 'event-3');
    expect(await store.findConclusion(repository, commitA)).toEqual({ conclusion: 'failure', url: 'u' });
  });

  it('lists who waits and forgets who was told', async () => {
    const store = createDynamoBuildStore(test.ledger, test.clock);
    await store.putWaiter(repository, commitA, { promotionId: 'one', taskToken: 'old' });
    await store.putWaiter(repository, commitA, { promotionId: 'one', taskToken: 'new' });
    await store.putWaiter(repository, commitA, { promotionId: 'two', taskToken: 'other' });
    await store.putConclusion(report, 'event-1');
    await store.removeWaiter(repository, commitA, 'two');
    const waiters = await store.listWaiters(repository, commitA);
    expect(waiters.map(({ taskToken }) => taskToken)).toEqual(['new']);
  });
});

describe('the release store', () => {
  const release = {
    service: 'api-gateway',
    version: `sha-${commitA}`,
    image: 'ghcr.io/pyairtable/api-gateway',
    digest: digestA,
    repository: 'pyairtable/pyairtable',
    commit: commitA,
    recordedAt: '2026-11-23T20:00:00.000Z',
    correlationId: 'chain',
  };

  it('keeps the first digest of a version for good: the same digest travels', async () => {
    const store = createDynamoReleaseStore(test.ledger);
    await store.recordRelease(release);
    const second = await store.recordRelease({ ...release, digest: digestB });
    expect(second.digest).toBe(digestA);
    expect((await store.findRelease('api-gateway', release.version))?.digest).toBe(digestA);
  });

  it('finds a version by its tag, its commit or the beginning of its commit', async () => {
    await createDynamoReleaseStore(test.ledger).recordRelease(release);
    for (const template of ['sha-{sha}', '{sha}', 'v-{shortSha}-x']) {
      const history = createDynamoReleaseHistory(test.ledger, template);
      expect(await history.findReleases('api-gateway', release.version)).toHaveLength(1);
    }
    const history = createDynamoReleaseHistory(test.ledger, 'sha-{sha}');
    expect(await history.findReleases('api-gateway', commitA)).toHaveLength(1);
    expect(await history.findReleases('api-gateway', 'aaaaaaa')).toHaveLength(1);
    expect(await history.findReleases('api-gateway', 'bbbbbbb')).toEqual([]);
  });
});

describe('the outcome of a promotion', () => {
  it('is one deployment, the current pointer, the promotion and the decision', async () => {
    const store = createDynamoOutcomeStore(test.ledger);
    expect(await recordOutcome(store, outcomeOf())).toMatchObject({ recorded: ['api-gateway'] });
    expect(await store.findCurrent('dev', 'api-gateway')).toMatchObject({ digest: digestA, fencingToken: 1 });
    expect(await test.ledger.find(promotionRecord, ledgerKey.promotion('delivery-1'))).toMatchObject({
      outcome: 'succeeded',
      services: [{ name: 'api-gateway', digest: digestA }],
    });
  });

  it('is the same when it is written twice', async () => {
    const store = createDynamoOutcomeStore(test.ledger);
    await recordOutcome(store, outcomeOf());
    await recordOutcome(store, outcomeOf({ finishedAt: '2026-11-23T20:09:00.000Z' }));
    const deployments = await test.ledger.list(deploymentRecord, 'DEPLOYMENT#dev#api-gateway');
    expect(deployments.map(({ finishedAt }) => finishedAt)).toEqual(['2026-11-23T20:05:00.000Z']);
  });

  it('remembers what ran before, for a way back', async () => {
    const store = createDynamoOutcomeStore(test.ledger);
    await recordOutcome(store, outcomeOf());
    const later = outcomeOf({
      promotion: buildPromotion({ promotionId: 'delivery-2', startedAt: '2026-11-23T21:00:00.000Z' }),
      services: [buildService({ digest: digestB })],
      leases: [{ service: 'api-gateway', fencingToken: 2 }],
    });
    await recordOutcome(store, later);
    const history = createDynamoReleaseHistory(test.ledger, 'sha-{sha}');
    const [newest] = await history.listDeployments('dev', 'api-gateway');
    expect(newest).toMatchObject({ digest: digestB, previousDigest: digestA });
  });

  it('never moves the pointer back under an older fencing token', async () => {
    const store = createDynamoOutcomeStore(test.ledger);
    await recordOutcome(store, outcomeOf({ leases: [{ service: 'api-gateway', fencingToken: 7 }] }));
    const late = outcomeOf({
      promotion: buildPromotion({ promotionId: 'late' }),
      services: [buildService({ digest: digestB })],
    });
    await recordOutcome(store, late);
    expect(await store.findCurrent('dev', 'api-gateway')).toMatchObject({ digest: digestA, fencingToken: 7 });
  });

  it('leaves the pointer alone when the promotion failed, and says why it failed', async () => {
    const store = createDynamoOutcomeStore(test.ledger);
    await recordOutcome(store, outcomeOf({ outcome: 'failed', reason: 'CrashLoopBackOff' }));
    expect(await store.findCurrent('dev', 'api-gateway')).toBeUndefined();
    const [deployment] = await test.ledger.list(deploymentRecord, 'DEPLOYMENT#dev#api-gateway');
    expect(deployment).toMatchObject({ outcome: 'failed', reason: 'CrashLoopBackOff' });
  });

  it.each(['refused', 'superseded', 'nothing'] as const)(
    'deploys nothing when it is %s, and keeps the decision',
    async (outcome) => {
      const store = createDynamoOutcomeStore(test.ledger);
      await recordOutcome(store, outcomeOf({ outcome, revision: undefined, leases: [] }));
      expect(await test.ledger.list(deploymentRecord, 'DEPLOYMENT#dev#api-gateway')).toEqual([]);
      const promotion = await test.ledger.find(promotionRecord, ledgerKey.promotion('delivery-1'));
      expect(promotion?.outcome).toBe(outcome === 'nothing' ? undefined : outcome);
    },
  );
});

describe('why a canary halted', () => {
  it('is what Flagger said last of this version, unless a person had it taken back: then that', async () => {
    const halts = createDynamoCanaryHalts(test.ledger, test.clock);
    const committedAt = new Date(test.clock.now()).toISOString();
    await halts.put('prod', 'api-gateway', 'Halt advancement no values found for custom metric: success-rate');
    const find = async (since = committedAt) => await halts.find('prod', 'api-gateway', since);
    expect(await find()).toContain('no values found');
    const request = {
      environment: 'prod',
      service: 'api-gateway',
      digest: digestA,
      actor: 'ada',
      reason: 'Odd checkouts',
    };
    await putCanaryRollback(test.ledger, test.clock, request);
    expect(await find()).toBe('ada asked for it: Odd checkouts');
    // Neither speaks of the next version.
    expect(await find(new Date(test.clock.now() + 1).toISOString())).toBeUndefined();
  });
});

describe('gate facts', () => {
  it('hold the quarantine of the very digest', async () => {
    const key = ledgerKey.quarantine('api-gateway', digestA);
    await createDynamoRollbackLedger(test.ledger).putQuarantine({
      ...key,
      kind: ledgerKind.quarantine,
      sortKey: 't#api-gateway',
      service: 'api-gateway',
      version: 'v1',
      digest: digestA,
      reason: 'bad',
      quarantinedAt: 't',
      rollbackId: 'alert-1',
      correlationId: 'c',
    });
    expect(await createDynamoRolloutLedger(test.ledger).findQuarantine('api-gateway', digestA)).toBe('bad');
    const gates = createDynamoGateLedger(test.ledger);
    expect(await gates.findQuarantine('api-gateway', digestA)).toBe('bad');
    expect(await gates.findQuarantine('api-gateway', digestB)).toBeUndefined();
  });
});

describe('the event index', () => {
  const event = {
    id: 'bus-id',
    source: 'automation.promotion',
    'detail-type': 'PromotionSucceeded',
    time: '2026-11-23T20:00:00Z',
    detail: {
      metadata: {
        eventId: 'e1',
        correlationId: 'chain',
        causationId: 'e0',
        occurredAt: '2026-11-23T20:00:00.000Z',
        actor: 'ada',
      },
      reason: 'healthy',
    },
  };

  it('keeps who spoke, what happened and what caused it, for as long as it is told', () => {
    expect(buildEventRecord(event, 90)).toMatchObject({
      pk: 'EVENT#e1',
      kind: 'event#2026-11-23',
      correlationId: 'chain',
      causationId: 'e0',
      summary: 'healthy',
      expiresAt: Date.parse('2026-11-23T20:00:00.000Z') / 1000 + 90 * 86_400,
    });
  });

  it('takes events of others, which have no metadata of ours', () => {
    const record = buildEventRecord({ ...event, source: 'aws.health', detail: { a: 1 } }, 1);
    expect(record).toMatchObject({ eventId: 'bus-id', correlationId: 'bus-id', actor: 'aws.health', summary: '' });
  });

  it('says of a push what it was about', () => {
    const payload = { ref: 'refs/heads/develop', after: commitA, repository: { full_name: 'o/r' } };
    const record = buildEventRecord({ ...event, detail: { payload } }, 1);
    expect(record.summary).toBe('o/r refs/heads/develop aaaaaaa');
  });
});

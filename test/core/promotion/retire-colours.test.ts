// Tests of core/promotion/strategies/retire-colours.ts: what was kept warm long enough goes down, and nothing else. Leases and records on the local DynamoDB.
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type ColoursRecord, coloursRecord } from '../../../contracts/ledger/colours.ts';
import { ledgerKey, ledgerKind } from '../../../contracts/ledger.ts';
import { readColours, scaleColour } from '../../../core/promotion/strategies/blue-green-strategy.ts';
import { retireColours } from '../../../core/promotion/strategies/retire-colours.ts';
import { createDynamoColours } from '../../../lambdas/adapters/dynamo-colours.ts';
import { createDynamoLeaseCheck, createDynamoLeaseStore } from '../../../lambdas/adapters/dynamo-lease-store.ts';
import { openLedger, type TestLedger } from '../../lambdas/adapters/open-ledger.ts';
import { configuration, now } from '../gates/gate-facts-builder.ts';
import { createMemoryGit, type MemoryGit } from './memory-git.ts';

const service = 'api-gateway';
let test: TestLedger;
let git: MemoryGit;
beforeEach(async () => {
  test = await openLedger();
  const shipped = readFileSync('gitops/overlays/staging/kustomization.yaml', 'utf8');
  git = createMemoryGit(scaleColour(shipped, service, 'green', 2));
});
afterEach(async () => await test.stop());

const warm = async (overrides: Partial<ColoursRecord> = {}) =>
  await test.ledger.put({
    ...ledgerKey.colours('staging', service),
    kind: ledgerKind.colours,
    sortKey: `staging#${service}`,
    environment: 'staging',
    service,
    active: 'blue',
    blue: { replicas: 2 },
    green: { replicas: 2 },
    promotionId: 'p1',
    recordedAt: now,
    warmUntil: now,
    fencingToken: 0,
    ...overrides,
  });
const leases = () => createDynamoLeaseStore(test.ledger, test.clock);
const retire = async () =>
  (
    await retireColours(
      configuration,
      {
        repository: git.repository,
        leases: leases(),
        leaseCheck: createDynamoLeaseCheck(test.ledger, test.clock),
        colours: createDynamoColours(test.ledger),
        clock: test.clock,
      },
      'retire:1',
    )
  ).map(({ outcome }) => outcome);
const greenPods = () => readColours(git.content(), service).replicas.green;

describe('a colour that is not live', () => {
  it('is scaled down by one commit when its time is over, and then is left alone', async () => {
    await warm();
    expect(await retire()).toEqual(['scaled-down']);
    expect(greenPods()).toBe(0);
    expect(git.commits.at(-1)?.message).toContain(`Scale down api-gateway green in staging`);
    const record = await test.ledger.find(coloursRecord, ledgerKey.colours('staging', service));
    expect([record?.warmUntil, record?.green.replicas]).toEqual([undefined, 0]);
    expect(await retire()).toEqual([]);
    expect(git.commits).toHaveLength(2);
    // The lease is free again.
    expect(await leases().take('staging', service, 'next', { promotionId: 'p', durationSeconds: 60 })).toHaveProperty(
      'fencingToken',
    );
  });

  it('stays warm until then', async () => {
    await warm({ warmUntil: '2026-11-23T20:00:01.000Z' });
    expect(await retire()).toEqual([]);
    expect(greenPods()).toBe(2);
  });

  it('is left while somebody changes the service, for the next run', async () => {
    await warm();
    const lease = await leases().take('staging', service, 'promotion', { promotionId: 'p', durationSeconds: 60 });
    expect(await retire()).toEqual(['busy']);
    if ('fencingToken' in lease) await leases().release('staging', service, 'promotion', lease.fencingToken);
    expect(await retire()).toEqual(['scaled-down']);
  });

  it('is left when the branch moves at the same moment, for the next run', async () => {
    await warm();
    git.disturb(1, (content) => `${content}# by hand\n`);
    expect(await retire()).toEqual(['busy']);
    expect(greenPods()).toBe(2);
    expect(await retire()).toEqual(['scaled-down']);
    expect(git.content()).toContain('# by hand');
  });

  it('is never the one that somebody made live by hand', async () => {
    await warm({ active: 'green' });
    expect(await retire()).toEqual(['moved']);
    expect(git.commits).toHaveLength(1);
  });

  it('is forgotten when the configuration knows it no more', async () => {
    await warm({ ...ledgerKey.colours('gone', service), environment: 'gone' });
    expect(await retire()).toEqual([]);
  });
});

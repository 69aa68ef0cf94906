// Tests of core/rollback/break-glass.ts and reconcile-git.ts: fences, and who has the last word. Leases and records on the local DynamoDB.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { loadConfiguration } from '../../../config/load-configuration.ts';
import { breakGlassRecord } from '../../../contracts/ledger/break-glass.ts';
import { ledgerKey } from '../../../contracts/ledger.ts';
import type { LeaseGrant } from '../../../contracts/workflows/promote-release.ts';
import { AppError } from '../../../core/app-error.ts';
import { commitPromotion, type GitOpsRepository } from '../../../core/promotion/commit-promotion.ts';
import { rollingStrategy } from '../../../core/promotion/strategies/rolling-strategy.ts';
import { breakGlass, type Pin } from '../../../core/rollback/break-glass.ts';
import { type ChangeToCommit, reconcileGit } from '../../../core/rollback/reconcile-git.ts';
import { createDynamoBreakGlassLedger } from '../../../lambdas/adapters/dynamo-break-glass.ts';
import { createDynamoLeaseCheck, createDynamoLeaseStore } from '../../../lambdas/adapters/dynamo-lease-store.ts';
import { createDynamoRolloutLedger } from '../../../lambdas/adapters/dynamo-rollout-ledger.ts';
import { openLedger, type TestLedger } from '../../lambdas/adapters/open-ledger.ts';
import { buildPromotion, buildService, digestA, digestB } from '../promotion/promotion-builder.ts';

const configuration = loadConfiguration('config/pyairtable.yaml');
const promotion = buildPromotion({ promotionId: 'r', executionArn: 'arn:r', change: 'rollback' });
const service = buildService();
const openedAt = '2026-11-23T20:00:00.000Z';
const later = '2026-11-23T20:10:00.000Z';
const overlayOf = (digest: string) =>
  `images:\n  - name: ${service.image}\n    newTag: ${service.version}\n    digest: ${digest}\n`;

let test: TestLedger;
let done: string[];
let git: { content: string; isAway: boolean };
beforeEach(async () => {
  test = await openLedger();
  done = [];
  git = { content: overlayOf(digestB), isAway: false };
});
afterEach(async () => await test.stop());

function openPorts() {
  const leases = {
    ...createDynamoLeaseStore(test.ledger, test.clock),
    ...createDynamoLeaseCheck(test.ledger, test.clock),
  };
  const cluster = {
    async overrideImages(pins: readonly Pin[]) {
      done.push(`override ${pins.map(({ digest }) => digest).join()}`);
      return 'stands-at';
    },
    removeOverrides: async ([pin]: readonly Pin[]) =>
      void done.push(`remove ${pin?.digest} while Git says ${git.content.includes(pin?.digest ?? '')}`),
    setImage: async ({ namespace, deployment }: Pin) => void done.push(`set ${namespace}/${deployment}`),
  };
  const ask = <T>(answer: () => T): Promise<T> =>
    git.isAway ? Promise.reject(new AppError('UpstreamUnavailableError', 'away')) : Promise.resolve(answer());
  const loose = new Map<string, string>();
  const repository: GitOpsRepository = {
    read: () => ask(() => ({ revision: 'tip', content: git.content })),
    listRecentCommits: () => ask(() => []),
    createCommit: (_parent, _file, content) =>
      ask(() => {
        loose.set('c1', content);
        return 'c1';
      }),
    advance: (revision) =>
      ask(() => {
        git.content = loose.get(revision) ?? '';
        return 'advanced' as const;
      }),
    urlOf: (revision) => revision,
  };
  const rollouts = createDynamoRolloutLedger(test.ledger);
  const clock = { now: () => test.clock.now(), sleep: async () => undefined };
  return {
    leases,
    repository,
    commit: async (change: ChangeToCommit) =>
      (
        await commitPromotion(
          { repository, leases, rollouts, clock },
          { ...change, file: 'k.yaml', strategy: rollingStrategy, deploymentOf: (name) => name },
        )
      ).revision,
    clusterOf: () => cluster,
    rollouts,
    ledger: createDynamoBreakGlassLedger(test.ledger),
  };
}
type Ports = ReturnType<typeof openPorts>;

async function take({ leases }: Ports, holder = 'arn:r'): Promise<LeaseGrant> {
  const answer = await leases.take('dev', service.name, holder, { promotionId: 'r', durationSeconds: 900 });
  if ('holder' in answer) throw new Error('busy');
  return { service: service.name, ...answer };
}
async function pinNow(ports: Ports): Promise<LeaseGrant> {
  const grant = await take(ports);
  await breakGlass(configuration, ports, promotion, [service], [grant], openedAt);
  return grant;
}
const reconcile = (ports: Ports, holder = 'arn:reconciler') =>
  reconcileGit(configuration, ports, { rollbackId: 'r', environment: 'dev', service: service.name }, holder, later);
const findRecord = () => test.ledger.find(breakGlassRecord, ledgerKey.breakGlass('dev', service.name));

describe('breakGlass', () => {
  it('remembers the pin, then has Argo CD override Git and the Deployment follow', async () => {
    const ports = openPorts();
    const grant = await take(ports);
    const outcome = await breakGlass(configuration, ports, promotion, [service], [grant], openedAt);
    expect(outcome).toMatchObject({ revision: 'stands-at', words: expect.stringContaining('Git cannot be reached') });
    expect(done).toEqual([`override ${digestA}`, 'set pyairtable-dev/api-gateway']);
    expect(await findRecord()).toMatchObject({ status: 'open', promotion: { promotionId: 'r' }, openedAt });
  });

  it('does nothing for one that has lost its lease, for a quarantined digest, or where it is switched off', async () => {
    const ports = openPorts();
    const stale = await take(ports);
    const pin = (grants: readonly LeaseGrant[], config = configuration) =>
      breakGlass(config, ports, promotion, [service], grants, openedAt);
    const off = structuredClone(configuration);
    for (const environment of Object.values(off.environments)) environment.automaticRollback.breakGlass = false;
    await expect(pin([stale], off)).rejects.toMatchObject({ name: 'ForbiddenError' });
    await expect(pin([{ ...stale, fencingToken: 9 }])).rejects.toMatchObject({ name: 'LeaseLostError' });
    await test.ledger.put({
      ...ledgerKey.quarantine(service.name, digestA),
      kind: 'quarantine',
      sortKey: 's',
      service: service.name,
      version: 'v',
      digest: digestA,
      reason: 'bad',
      quarantinedAt: openedAt,
      rollbackId: 'x',
      correlationId: 'x',
    });
    await expect(pin([stale])).rejects.toMatchObject({ name: 'ForbiddenError' });
    expect([done, await findRecord()]).toEqual([[], undefined]);
  });
});

describe('reconcileGit', () => {
  it('waits while the rollback is at it and while Git is away; then Git first, the override after it', async () => {
    const ports = openPorts();
    const { fencingToken } = await pinNow(ports);
    expect(await reconcile(ports)).toMatchObject({ outcome: 'waiting', words: expect.stringContaining('arn:r') });
    await ports.leases.release('dev', service.name, 'arn:r', fencingToken);
    git.isAway = true;
    expect(await reconcile(ports)).toMatchObject({ outcome: 'waiting', words: expect.stringContaining('away') });
    git.isAway = false;
    expect(await reconcile(ports)).toMatchObject({ outcome: 'reconciled', revision: 'c1' });
    expect(git.content).toContain(digestA);
    expect(done.at(-1)).toBe(`remove ${digestA} while Git says true`);
    expect(await findRecord()).toMatchObject({ status: 'reconciled', revision: 'c1', reconciledAt: later });
    // Nothing is left to do, and the lease is free.
    const count = done.length;
    expect((await reconcile(ports)).outcome).toBe('reconciled');
    expect(done).toHaveLength(count);
    await take(ports, 'arn:next');
  });

  it('leaves alone what was changed in Git on purpose since, and only takes the override away', async () => {
    const ports = openPorts();
    const { fencingToken } = await pinNow(ports);
    await ports.leases.release('dev', service.name, 'arn:r', fencingToken);
    const newer = `sha256:${'7'.repeat(64)}`;
    const { service: _, ...grant } = await take(ports, 'arn:next');
    const record = await ports.ledger.findRollout('dev', service.name);
    if (record === undefined) throw new Error('the pin left no rollout');
    await ports.rollouts.recordRollout({ ...record, ...grant, digest: newer, promotionId: 'next', committedAt: later });
    await ports.leases.release('dev', service.name, 'arn:next', grant.fencingToken);
    git.content = overlayOf(newer);
    expect(await reconcile(ports)).toMatchObject({ outcome: 'reconciled', revision: 'tip' });
    expect(git.content).toContain(newer);
    expect(done.at(-1)).toBe(`remove ${digestA} while Git says false`);
  });
});

// Tests of core/rollback/break-glass.ts and reconcile-git.ts: fences, who has the last word, and each strategy.
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ledgerKey } from '../../../contracts/ledger.ts';
import { editKustomization, readDigests } from '../../../core/promotion/edit-kustomization.ts';
import { readColours } from '../../../core/promotion/strategies/blue-green-strategy.ts';
import { readLevers } from '../../../core/promotion/strategies/canary-strategy.ts';
import { configuration } from '../gates/gate-facts-builder.ts';
import { digestA, digestB } from '../promotion/promotion-builder.ts';
import { type BreakGlassWorld, later, openBreakGlassWorld, openedAt, service } from './break-glass-world.ts';

const overlayOf = (digest: string) =>
  `images:\n  - name: ${service.image}\n    newTag: ${service.version}\n    digest: ${digest}\n`;

let world: BreakGlassWorld;
beforeEach(async () => {
  world = await openBreakGlassWorld('dev', overlayOf(digestB));
});
afterEach(async () => await world.stop());

async function pinNow(isGitAway = true) {
  const grant = await world.take();
  const outcome = await world.pin([grant], configuration, isGitAway);
  await world.ports.leases.release(world.environment, service.name, 'arn:r', grant.fencingToken);
  return { ...outcome, grant };
}

describe('breakGlass', () => {
  it('remembers the pin, then has Argo CD override Git and the Deployment follow', async () => {
    const outcome = await world.pin([await world.take()]);
    expect(outcome).toMatchObject({ revision: 'stands-at', words: expect.stringContaining('Git cannot be reached') });
    expect(world.done).toEqual([`override ${service.image}@${digestA}`, 'set pyairtable-dev/api-gateway']);
    expect(await world.findRecord()).toMatchObject({ status: 'open', promotion: { promotionId: 'r' }, openedAt });
  });

  it('does nothing for one that has lost its lease, for a quarantined digest, or where it is switched off', async () => {
    const stale = await world.take();
    const off = structuredClone(configuration);
    for (const environment of Object.values(off.environments)) environment.automaticRollback.breakGlass = false;
    await expect(world.pin([stale], off)).rejects.toMatchObject({ name: 'ForbiddenError' });
    await expect(world.pin([{ ...stale, fencingToken: 9 }])).rejects.toMatchObject({ name: 'LeaseLostError' });
    await world.test.ledger.put({
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
    await expect(world.pin([stale])).rejects.toMatchObject({ name: 'ForbiddenError' });
    expect([world.done, await world.findRecord()]).toEqual([[], undefined]);
  });
});

describe('reconcileGit', () => {
  it('waits while the rollback is at it and while Git is away; then Git first, the override after it', async () => {
    const grant = await world.take();
    await world.pin([grant]);
    expect(await world.reconcile()).toMatchObject({ outcome: 'waiting', words: expect.stringContaining('arn:r') });
    await world.ports.leases.release('dev', service.name, 'arn:r', grant.fencingToken);
    world.git.isAway = true;
    expect(await world.reconcile()).toMatchObject({ outcome: 'waiting', words: expect.stringContaining('away') });
    world.git.isAway = false;
    expect(await world.reconcile()).toMatchObject({ outcome: 'reconciled', revision: 'c1' });
    expect(world.git.content).toContain(digestA);
    expect(world.done.at(-1)).toBe(`remove ${service.image} while Git says true`);
    expect(await world.findRecord()).toMatchObject({ status: 'reconciled', revision: 'c1', reconciledAt: later });
    // Nothing is left to do, and the lease is free.
    const count = world.done.length;
    expect((await world.reconcile()).outcome).toBe('reconciled');
    expect(world.done).toHaveLength(count);
    await world.take('arn:next');
  });

  it('leaves alone what was changed in Git on purpose since, and only takes the override away', async () => {
    await pinNow();
    const newer = `sha256:${'7'.repeat(64)}`;
    const { service: _, ...grant } = await world.take('arn:next');
    const { ledger, rollouts, leases } = world.ports;
    const record = await ledger.findRollout('dev', service.name);
    if (record === undefined) throw new Error('the pin left no rollout');
    await rollouts.recordRollout({ ...record, ...grant, digest: newer, promotionId: 'next', committedAt: later });
    await leases.release('dev', service.name, 'arn:next', grant.fencingToken);
    world.git.content = overlayOf(newer);
    expect(await world.reconcile()).toMatchObject({ outcome: 'reconciled', revision: 'tip' });
    expect(world.git.content).toContain(newer);
    expect(world.done.at(-1)).toBe(`remove ${service.image} while Git says false`);
  });
});

describe('with two colours', () => {
  const shipped = readFileSync('gitops/overlays/staging/kustomization.yaml', 'utf8');
  /** Blue is live with the bad version, green holds the good one no more. */
  const bad = editKustomization(shipped, [{ image: 'api-gateway-blue', digest: digestB, tag: 'bad' }]);

  it('both get the earlier version, for which one is live only Git says; then Git has it live, and the other one is bad and idle', async () => {
    await world.stop();
    world = await openBreakGlassWorld('staging', bad);
    world.git.isAway = true;
    const { targets } = await pinNow();
    expect(world.done).toEqual([
      `override api-gateway-blue@${digestA},api-gateway-green@${digestA}`,
      'set pyairtable-staging/api-gateway-blue',
      'set pyairtable-staging/api-gateway-green',
    ]);
    expect(targets).toEqual(
      ['blue', 'green'].map((colour) => ({
        service: service.name,
        deployment: `api-gateway-${colour}`,
        address: 'api-gateway',
      })),
    );
    world.git.isAway = false;
    expect((await world.reconcile()).outcome).toBe('reconciled');
    const { active, digests, replicas } = readColours(world.git.content, 'api-gateway');
    expect([active, digests, replicas.green]).toEqual(['green', { blue: digestB, green: digestA }, 2]);
    expect(world.done.at(-1)).toBe('remove api-gateway-blue,api-gateway-green while Git says true');
  });
});

describe('under a canary', () => {
  it('the primary, which has the users, gets the earlier version first; then Git has it promoted without analysis', async () => {
    await world.stop();
    const shipped = readFileSync('gitops/overlays/prod/kustomization.yaml', 'utf8');
    world = await openBreakGlassWorld(
      'prod',
      editKustomization(shipped, [{ image: service.image, digest: digestB, tag: 'bad' }]),
    );
    const { targets, words } = await pinNow(false);
    expect(words).toBe(
      `Argo CD does not sync: api-gateway ${service.version} pinned in prod as Git says it, until Argo CD syncs again`,
    );
    expect(world.done).toEqual([
      `override ${service.image}@${digestA}`,
      'set pyairtable-prod/api-gateway-primary',
      'set pyairtable-prod/api-gateway',
    ]);
    // Not the canary's own Deployment: with no pod wanted it is always complete.
    expect(targets).toEqual([{ service: service.name, deployment: 'api-gateway-primary', address: 'api-gateway' }]);
    expect((await world.reconcile()).outcome).toBe('reconciled');
    expect(readDigests(world.git.content)[service.image]).toBe(digestA);
    expect(readLevers(world.git.content, 'api-gateway')).toEqual({ skipAnalysis: true, suspend: false });
  });
});

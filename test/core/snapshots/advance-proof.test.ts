// The proof of a snapshot, step by step, through the SDK's own client against RDS's states: of an instance and of a cluster.
import { describe, expect, it } from '@jest/globals';
import { proofServer } from '../../../contracts/backup-places.ts';
import { type SnapshotKind, snapshotKinds } from '../../../contracts/ledger/backups.ts';
import type { SnapshotProof } from '../../../contracts/workflows/advance-database.ts';
import { advanceProof, removeProof, sweepProofs } from '../../../core/snapshots/advance-proof.ts';
import { configuration, minute, openRds, snapshotId, snapshotOf } from './open-rds.ts';

const databases = { instance: 'reporting', cluster: 'analytics' };

async function open(kind: SnapshotKind, changed: Partial<SnapshotProof> = {}) {
  const rds = await openRds(kind);
  const scratch = proofServer(configuration.application, 'dev', databases[kind]);
  const proof: SnapshotProof = {
    ...{ kind, snapshotId, scratch, engineVersion: '17.4', allocatedGigabytes: 20, timeoutMinutes: 60 },
    ...{ subnetGroup: 'proofs', securityGroups: ['sg-0proofs'], instanceClass: 'db.t4g.medium' },
    keyArn: snapshotOf(kind).keys.primary,
    ...changed,
  };
  const begin = (job: string) => ({ job, startedAt: rds.now(), proof });
  const advance = (step: ReturnType<typeof begin>) =>
    advanceProof(rds.port, step, { owner: 'automation', now: rds.now() });
  return { ...rds, scratch, begin, advance };
}

describe.each(snapshotKinds)('a proof of a snapshot of an RDS %s', (kind) => {
  // A cluster gets an instance when it is there itself.
  const seconds = kind === 'cluster' ? 600 : 360;

  it('restores, measures, judges what stands there, and takes it away', async () => {
    const { port, scratch, begin, advance, follow, listInstances } = await open(kind);
    const before = await listInstances();
    const step = begin('verify-1');
    expect(await advance(step)).toMatchObject({ status: 'running', reason: expect.stringContaining('RDS restores') });
    expect(await advance(step)).toMatchObject({ status: 'running', reason: `${scratch} is creating` });
    expect(await follow(() => advance(step))).toMatchObject({
      ...{ status: 'succeeded', restoreSeconds: seconds, reason: expect.stringContaining('its rows were not read') },
    });
    expect(await port.find(scratch)).toMatchObject({
      ...{ subnetGroup: 'proofs', instanceClass: 'db.t4g.medium', tags: { proof: 'verify-1' } },
    });
    expect(await follow(() => removeProof(port, step))).toMatchObject({ status: 'succeeded' });
    expect(await port.find(scratch)).toBeUndefined();
    expect(await listInstances()).toEqual(before);
  });

  it.each<[string, Partial<SnapshotProof>, RegExp]>([
    ['another engine', { engineVersion: '16.1' }, /engine 17\.4 where 16\.1 is due/],
    ['another key', { keyArn: 'arn:aws:kms:eu-central-1:123456789012:key/other' }, /key arn:.* where arn:/],
  ])('fails on %s than what was backed up', async (_, changed, reason) => {
    const { begin, advance, follow } = await open(kind, changed);
    const step = begin('verify-1');
    expect(await follow(() => advance(step))).toMatchObject({
      ...{ status: 'failed', reason: expect.stringMatching(reason) },
    });
  });

  it('leaves another one alone while it may be at work, and takes away what it left', async () => {
    const { runtime, port, scratch, begin, advance, follow } = await open(kind);
    await advance(begin('verify-1'));
    await runtime.clock.advance(10 * minute);
    const second = begin('verify-2');
    expect(await advance(second)).toMatchObject({ status: 'failed', reason: expect.stringContaining('verify-1') });
    expect(await removeProof(port, second)).toMatchObject({ status: 'succeeded' });
    expect(await port.find(scratch)).toMatchObject({ tags: { proof: 'verify-1' } });
    await runtime.clock.advance(60 * minute);
    const third = begin('verify-3');
    expect(await advance(third)).toMatchObject({ status: 'running', reason: expect.stringContaining('is deleted') });
    expect(await follow(() => advance(third))).toMatchObject({ status: 'succeeded' });
  });

  it('fails when it takes too long', async () => {
    const { runtime, begin, advance } = await open(kind);
    const step = begin('verify-1');
    await advance(step);
    await runtime.clock.advance(61 * minute);
    expect(await advance(step)).toMatchObject({ status: 'failed', reason: expect.stringContaining('after 60 min') });
  });

  it('whose workflow was ended leaves nothing after the sweeps', async () => {
    const { runtime, servers, scratch, now, begin, advance } = await open(kind);
    const step = begin('verify-1');
    await advance(step);
    await runtime.clock.advance(6 * minute);
    await advance(step);
    expect(await sweepProofs(configuration, servers, now())).toBe(0);
    await runtime.clock.advance((configuration.backups.timeoutMinutes + 1) * minute);
    // The instance of a cluster goes first; the next night takes the cluster.
    for (let night = 0; night < (kind === 'cluster' ? 2 : 1); night += 1) {
      expect(await sweepProofs(configuration, servers, now())).toBe(1);
      await runtime.clock.advance(24 * 60 * minute);
    }
    expect(await servers[kind].find(scratch)).toBeUndefined();
  });
});

it('a proof of an instance fails on another size than what was backed up; the volume of a cluster has none', async () => {
  const { begin, advance, follow } = await open('instance', { allocatedGigabytes: 40 });
  const step = begin('verify-1');
  const reason = expect.stringContaining('storage in GB 20 where 40');
  expect(await follow(() => advance(step))).toMatchObject({ status: 'failed', reason });
  const cluster = await open('cluster', { allocatedGigabytes: 40 });
  const other = cluster.begin('verify-1');
  expect(await cluster.follow(() => cluster.advance(other))).toMatchObject({ status: 'succeeded' });
});

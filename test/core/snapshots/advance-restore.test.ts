// A restore by RDS, step by step, through the SDK's own client against RDS's states: of an instance and of a cluster.
import { describe, expect, it } from '@jest/globals';
import { firstInstanceOf, serverPrefix } from '../../../contracts/backup-places.ts';
import { type SnapshotKind, snapshotKinds } from '../../../contracts/ledger/backups.ts';
import type { ServerRestorePlan } from '../../../contracts/workflows/advance-database.ts';
import {
  advanceCutOver,
  advanceRestore,
  type RestoreStep,
  undoCutOver,
} from '../../../core/snapshots/advance-restore.ts';
import { describeServerWindow, findRestorable } from '../../../core/snapshots/restorable-server.ts';
import { DatabaseTable } from '../../../local/services/rds/database-table.ts';
import { minute, openRds, snapshotId, snapshotOf } from './open-rds.ts';

async function open(kind: SnapshotKind) {
  const rds = await openRds(kind);
  const { live, port, now, follow } = rds;
  const restore: ServerRestorePlan = {
    ...{ kind, live, beside: `${serverPrefix(live, 'restore')}20261124-020000`, snapshotId, timeoutMinutes: 60 },
    keyArn: snapshotOf(kind).keys.primary,
  };
  const step: RestoreStep = { job: 'restore-orders-20261126-100000', startedAt: now(), restore };
  const advance = () => advanceRestore(port, step, { owner: 'automation', now: now() });
  return {
    ...rds,
    ...{ step, advance, beside: restore.beside, replaced: `${serverPrefix(live, 'replaced')}20261126-100000` },
    restoreBeside: () => follow(advance),
    cutOver: () => advanceCutOver(port, step),
    undo: () => undoCutOver(port, step),
  };
}

describe.each(snapshotKinds)('a restore of an RDS %s', (kind) => {
  it.each<[string, (now: string) => Partial<ServerRestorePlan>]>([
    ['a snapshot', () => ({})],
    ['a moment', (now) => ({ snapshotId: undefined, at: new Date(Date.parse(now) - 10 * minute).toISOString() })],
  ])('makes a server of %s beside the live one, like it, and leaves that as it is', async (_, source) => {
    const { port, live, beside, now, step, restoreBeside, listInstances } = await open(kind);
    Object.assign(step.restore, source(now()));
    const before = await port.find(live);
    const instances = await listInstances();
    const restoreSeconds = kind === 'cluster' ? 600 : 360;
    expect(await restoreBeside()).toMatchObject({ status: 'succeeded', restoreSeconds });
    const { subnetGroup, securityGroups, instanceClass, parameterGroup, createdAt } = before ?? {};
    expect(await port.find(beside)).toMatchObject({
      ...{ subnetGroup, securityGroups, instanceClass, parameterGroup, status: 'available' },
    });
    expect(await port.find(live)).toMatchObject({ status: 'available', createdAt });
    const added = kind === 'cluster' ? firstInstanceOf(beside) : beside;
    expect(await listInstances()).toEqual([...instances, added].toSorted());
  });

  it('takes the live name in two renamings, keeps what it replaced, and gets its settings', async () => {
    const { port, live, beside, replaced, restoreBeside, follow, cutOver, listInstances } = await open(kind);
    await restoreBeside();
    expect(await follow(cutOver)).toMatchObject({ status: 'succeeded', reason: expect.stringContaining(replaced) });
    expect(await port.find(beside)).toBeUndefined();
    expect(await port.find(replaced)).toMatchObject({ status: 'available' });
    expect(await port.find(live)).toMatchObject({ backupRetentionDays: 7, deletionProtection: true });
    expect(await follow(cutOver)).toMatchObject({ status: 'succeeded' });
    const ofThem = (await listInstances()).filter((name) => name.startsWith(live));
    // Instances are called after their cluster as it is called now.
    expect(ofThem).toEqual(kind === 'instance' ? [live, replaced] : [`${live}-1`, `${replaced}-1`, `${replaced}-2`]);
  });

  it('gives the live name back when the restored server is gone in the middle', async () => {
    const { runtime, port, live, beside, restoreBeside, follow, cutOver, undo, listInstances } = await open(kind);
    const [before, instances] = [await port.find(live), await listInstances()];
    await restoreBeside();
    await cutOver();
    await runtime.clock.advance(3 * minute);
    expect(await port.find(live)).toBeUndefined();
    while ((await port.find(beside)) !== undefined) {
      if ((await port.find(beside))?.status !== 'deleting') await port.remove(beside);
      await runtime.clock.advance(4 * minute);
    }
    expect(await cutOver()).toMatchObject({ status: 'failed' });
    expect(await follow(undo)).toMatchObject({ status: 'succeeded' });
    expect(await port.find(live)).toMatchObject({ status: 'available', createdAt: before?.createdAt });
    expect(await listInstances()).toEqual(instances);
  });

  it('undoes nothing that was never done', async () => {
    const { live, follow, undo } = await open(kind);
    expect(await follow(undo)).toMatchObject({ status: 'succeeded', reason: `${live} is there` });
  });

  it('makes nothing where another one stands, or where the live one is gone', async () => {
    const { step, port, advance } = await open(kind);
    await advance();
    const other = { ...step, job: 'restore-orders-20261127-100000' };
    expect(await advanceRestore(port, other, { owner: 'automation', now: step.startedAt })).toMatchObject({
      ...{ status: 'failed', reason: expect.stringContaining('is there already, of restore-orders-20261126-100000') },
    });
    Object.assign(step.restore, { live: 'gone' });
    expect(await advance()).toMatchObject({ status: 'failed', reason: expect.stringContaining('gone is not there') });
  });

  it('takes what it began for its own when the answer of RDS was lost', async () => {
    const { port, beside, step, advance, follow } = await open(kind);
    // Nothing of that name, says RDS, which has it already.
    const late = { ...port, find: async (name: string) => (name === beside ? undefined : await port.find(name)) };
    const context = { owner: 'automation', now: step.startedAt };
    for (let times = 0; times < 2; times += 1)
      expect(await advanceRestore(late, step, context)).toMatchObject({ status: 'running' });
    expect(await follow(advance)).toMatchObject({ status: 'succeeded' });
  });

  it('goes to the moments that RDS has, from the oldest automated backup to the latest restorable time', async () => {
    const { port, live, now } = await open(kind);
    const found = await port.find(live);
    if (found === undefined) throw new Error('it is not there');
    expect(findRestorable(found, now())).toEqual({ earliest: found.createdAt, latest: found.latestRestorableAt });
    expect(describeServerWindow(found, now())).toMatchObject({
      ...{ stretches: [expect.anything()], archiveLagSeconds: 300 },
    });
    expect(describeServerWindow({ ...found, latestRestorableAt: undefined }, now())).toMatchObject({
      ...{ stretches: [], problems: ['automated backups are off'] },
    });
  });
});

it('the oldest moment of an instance follows from its retention', async () => {
  const { port, live, now } = await open('instance');
  const found = await port.find(live);
  if (found === undefined) throw new Error('it is not there');
  const later = new Date(Date.parse(now()) + 30 * 86_400_000).toISOString();
  expect(findRestorable(found, later)?.earliest).toBe(new Date(Date.parse(later) - 7 * 86_400_000).toISOString());
});

it('a cluster that is not of Aurora is not restored', async () => {
  const { runtime, live, step, port, advance, listInstances } = await open('cluster');
  const table = new DatabaseTable(runtime.context.store);
  const instances = await listInstances();
  for (const found of table.all().filter(({ identifier }) => identifier === live))
    table.put({ ...found, engine: 'postgres' });
  const at = new Date(Date.parse(step.startedAt) - 10 * minute).toISOString();
  Object.assign(step.restore, { snapshotId: undefined, at });
  await expect(advance()).rejects.toMatchObject({ name: 'InvalidInputError' });
  expect(await port.find(step.restore.beside)).toBeUndefined();
  expect(await listInstances()).toEqual(instances);
});

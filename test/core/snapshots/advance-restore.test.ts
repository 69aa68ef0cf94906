// A restore by RDS, step by step, through the SDK's own client against RDS's states.
import { RDSClient } from '@aws-sdk/client-rds';
import { describe, expect, it } from '@jest/globals';
import { loadConfiguration } from '../../../config/load-configuration.ts';
import type { InstanceRestore } from '../../../contracts/workflows/advance-database.ts';
import {
  advanceCutOver,
  advanceRestore,
  type RestoreStep,
  undoCutOver,
} from '../../../core/snapshots/advance-restore.ts';
import { describeInstanceWindow, findRestorable } from '../../../core/snapshots/restorable-instance.ts';
import { createRdsInstances } from '../../../lambdas/adapters/rds-instances.ts';
import { createKmsModule } from '../../../local/services/kms/module.ts';
import { createRdsModule } from '../../../local/services/rds/module.ts';
import { connectRds } from '../../../local/world/connect-rds.ts';
import { openRuntime } from '../../local/services/service-runtime.ts';

const configuration = loadConfiguration('config/pyairtable.yaml');
const settings = configuration.databases.reporting?.environments.dev?.snapshot;
const live = String(settings?.identifier);
const minute = 60_000;
const restore: InstanceRestore = {
  ...{ live, beside: `${live}-restore-20261124-020000`, snapshotId: 'pyairtable-dev-reporting-1' },
  ...{ keyArn: String(settings?.keys.primary), timeoutMinutes: 60 },
};
const replaced = `${live}-replaced-20261126-100000`;

async function open(changed: Partial<InstanceRestore> = {}) {
  const runtime = await openRuntime([createKmsModule, createRdsModule]);
  connectRds(runtime.context, configuration);
  const region = configuration.aws.primaryRegion;
  const endpoint = await runtime.listen();
  await runtime.start();
  const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'x' };
  const instances = createRdsInstances(new RDSClient({ endpoint, region, credentials, maxAttempts: 1 }));
  await runtime.call(
    'rds',
    'CreateDBSnapshot',
    { DBInstanceIdentifier: live, DBSnapshotIdentifier: restore.snapshotId },
    { region },
  );
  await runtime.clock.advance(30 * minute);
  const now = () => new Date(runtime.clock.now()).toISOString();
  const step: RestoreStep = {
    job: 'restore-reporting-20261126-100000',
    startedAt: now(),
    restore: { ...restore, ...changed },
  };
  const advance = () => advanceRestore(instances, step, { owner: 'automation', now: now() });
  /** Until it has ended. */
  const follow = async (carryOn: typeof advanceCutOver) => {
    for (let round = 0; round < 20; round += 1) {
      const progress = await carryOn(instances, step);
      if (progress.status !== 'running') return progress;
      await runtime.clock.advance(minute);
    }
    throw new Error('it does not end');
  };
  const restoreBeside = async () => {
    await advance();
    await runtime.clock.advance(6 * minute);
    return await advance();
  };
  return { runtime, instances, now, step, advance, restoreBeside, follow };
}

describe('a restore by RDS', () => {
  it.each<[string, (now: string) => Partial<InstanceRestore>]>([
    ['a snapshot', () => ({})],
    ['a moment', (now) => ({ snapshotId: undefined, at: new Date(Date.parse(now) - 10 * minute).toISOString() })],
  ])('makes an instance of %s beside the live one, in its network, and leaves that as it is', async (_, source) => {
    const { instances, now, step, restoreBeside } = await open();
    Object.assign(step.restore, source(now()));
    const before = await instances.find(live);
    expect(await restoreBeside()).toMatchObject({ status: 'succeeded', restoreSeconds: 360 });
    expect(await instances.find(restore.beside)).toMatchObject({
      ...{ subnetGroup: before?.subnetGroup, securityGroups: before?.securityGroups, status: 'available' },
    });
    expect(await instances.find(live)).toMatchObject({ status: 'available', createdAt: before?.createdAt });
  });

  it('takes the live name in two renamings, keeps what it replaced, and gets its settings', async () => {
    const { instances, restoreBeside, follow } = await open();
    await restoreBeside();
    expect(await follow(advanceCutOver)).toMatchObject({
      status: 'succeeded',
      reason: expect.stringContaining(replaced),
    });
    expect(await instances.find(restore.beside)).toBeUndefined();
    expect(await instances.find(replaced)).toMatchObject({ status: 'available' });
    expect(await instances.find(live)).toMatchObject({ backupRetentionDays: 7, deletionProtection: true });
    expect(await follow(advanceCutOver)).toMatchObject({ status: 'succeeded' });
  });

  it('gives the live name back when the restored instance is gone in the middle', async () => {
    const { runtime, instances, step, restoreBeside, follow } = await open();
    await restoreBeside();
    const before = await instances.find(live);
    await advanceCutOver(instances, step);
    await runtime.clock.advance(3 * minute);
    expect(await instances.find(live)).toBeUndefined();
    await instances.remove(restore.beside);
    await runtime.clock.advance(4 * minute);
    expect(await advanceCutOver(instances, step)).toMatchObject({ status: 'failed' });
    expect(await follow(undoCutOver)).toMatchObject({ status: 'succeeded' });
    expect(await instances.find(live)).toMatchObject({ status: 'available', createdAt: before?.createdAt });
  });

  it('undoes nothing that was never done', async () => {
    const { follow } = await open();
    expect(await follow(undoCutOver)).toMatchObject({ status: 'succeeded', reason: `${live} is there` });
  });

  it('makes nothing where another one stands, or where the live one is gone', async () => {
    const { step, instances, advance } = await open();
    await advance();
    const other = { ...step, job: 'restore-reporting-20261127-100000' };
    expect(await advanceRestore(instances, other, { owner: 'automation', now: step.startedAt })).toMatchObject({
      ...{
        status: 'failed',
        reason: expect.stringContaining('is there already, of restore-reporting-20261126-100000'),
      },
    });
    Object.assign(step.restore, { live: 'gone' });
    expect(await advance()).toMatchObject({ status: 'failed', reason: expect.stringContaining('gone is not there') });
  });
});

it('the window of an instance goes from its oldest automated backup to RDS’s latest restorable time', async () => {
  const { instances, now } = await open();
  const instance = await instances.find(live);
  if (instance === undefined) throw new Error('no instance');
  expect(findRestorable(instance, now())).toEqual({
    earliest: instance.createdAt,
    latest: instance.latestRestorableAt,
  });
  const later = new Date(Date.parse(now()) + 30 * 86_400_000).toISOString();
  expect(findRestorable(instance, later)?.earliest).toBe(new Date(Date.parse(later) - 7 * 86_400_000).toISOString());
  expect(describeInstanceWindow(instance, now())).toMatchObject({
    stretches: [expect.anything()],
    archiveLagSeconds: 300,
  });
  expect(describeInstanceWindow({ ...instance, latestRestorableAt: undefined }, now())).toMatchObject({
    ...{ stretches: [], problems: ['automated backups are off'] },
  });
});

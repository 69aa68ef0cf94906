// Snapshots through the SDK's own client, over the Query protocol, with the permissions that the stack gives.
import { RDSClient } from '@aws-sdk/client-rds';
import { describe, expect, it } from '@jest/globals';
import { loadConfiguration } from '../../../config/load-configuration.ts';
import type { BackupRecord } from '../../../contracts/ledger/backups.ts';
import { followSnapshot } from '../../../core/recovery/follow-snapshot.ts';
import { createRdsSnapshots } from '../../../lambdas/adapters/rds-snapshots.ts';
import { createSnapshotRetention } from '../../../lambdas/adapters/snapshot-retention.ts';
import { createKmsModule } from '../../../local/services/kms/module.ts';
import { createRdsModule } from '../../../local/services/rds/module.ts';
import { connectRds } from '../../../local/world/connect-rds.ts';
import { openRuntime } from '../../local/services/service-runtime.ts';

const pyairtable = loadConfiguration('config/pyairtable.yaml');
const configurationOf = (kind: 'instance' | 'cluster') => {
  const configuration = structuredClone(pyairtable);
  const snapshot = configuration.databases.reporting?.environments.dev?.snapshot;
  if (snapshot === undefined) throw new Error('reporting in dev has no snapshot');
  snapshot.kind = kind;
  return configuration;
};
const backup = {
  ...{ backupId: 'dev.reporting.snapshot.20261124_020000', environment: 'dev', name: 'reporting', method: 'snapshot' },
  ...{
    status: 'complete',
    tier: 'daily',
    startedAt: '2026-11-24T02:00:00.000Z',
    snapshotId: 'pyairtable-dev-reporting-1',
  },
} as BackupRecord;

async function open(kind: 'instance' | 'cluster') {
  const configuration = configurationOf(kind);
  const runtime = await openRuntime([createKmsModule, createRdsModule]);
  connectRds(runtime.context, configuration);
  const endpoint = await runtime.listen();
  await runtime.start();
  const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'x' };
  const clientOf = (region: string) => new RDSClient({ endpoint, region, credentials, maxAttempts: 1 });
  const { primaryRegion, recoveryRegion } = configuration.aws;
  const [here, there] = [clientOf(primaryRegion), clientOf(recoveryRegion)];
  const create = async (snapshotId: string) => {
    const [operation, input] =
      kind === 'instance'
        ? ['CreateDBSnapshot', { DBInstanceIdentifier: 'pyairtable-dev-reporting', DBSnapshotIdentifier: snapshotId }]
        : [
            'CreateDBClusterSnapshot',
            { DBClusterIdentifier: 'pyairtable-dev-reporting', DBClusterSnapshotIdentifier: snapshotId },
          ];
    await runtime.call('rds', String(operation), input as object, { region: primaryRegion });
  };
  const record: BackupRecord = { ...backup, snapshotKind: kind };
  const regions = { here: createRdsSnapshots(here), there: createRdsSnapshots(there) };
  const follow = (now: string) => followSnapshot(configuration, regions, record, now);
  return { runtime, create, record, regions, follow, retention: createSnapshotRetention(here, there) };
}

describe.each(['instance', 'cluster'] as const)('a snapshot of an RDS %s', (kind) => {
  it('is copied to the recovery region once, tagged as ours, and is there when the copy is', async () => {
    const { runtime, create, record, regions, follow } = await open(kind);
    const id = String(record.snapshotId);
    await create(id);
    expect(await follow('2026-11-24T02:01:00Z')).toEqual({ arrived: false, resent: 0 });
    expect(await regions.there.find(kind, id)).toBeUndefined();
    await runtime.clock.advance(3 * 60_000);
    expect(await follow('2026-11-24T02:04:00Z')).toEqual({ arrived: false, resent: 0 });
    expect(await follow('2026-11-24T02:05:00Z')).toEqual({ arrived: false, resent: 0 });
    const copy = await regions.there.find(kind, id);
    expect(copy).toMatchObject({ status: 'copying', arn: expect.stringContaining(':eu-west-1:') });
    const { TagList } = await runtime.call<{ TagList: object[] }>('rds', 'ListTagsForResource', {
      ResourceName: copy?.arn,
    });
    expect(TagList).toContainEqual({ Key: 'managed-by', Value: 'pyairtable-automation' });
    await runtime.clock.advance(10 * 60_000);
    expect(await follow('2026-11-24T02:15:00Z')).toEqual({ arrived: true, resent: 0 });
  });

  it('that is missing there later is sent again', async () => {
    const { runtime, create, record, regions, follow } = await open(kind);
    await create(String(record.snapshotId));
    await runtime.clock.advance(3 * 60_000);
    expect(await follow('2026-11-24T05:00:00Z')).toEqual({ arrived: false, resent: 1 });
    expect(await regions.there.find(kind, String(record.snapshotId))).toMatchObject({ status: 'copying' });
  });

  it('is removed in both regions when it is due, and not while it is being made', async () => {
    const { runtime, create, record, regions, follow, retention } = await open(kind);
    const id = String(record.snapshotId);
    await create(id);
    await retention.remove(record);
    expect(await retention.areThere(record)).toBe(true);
    await runtime.clock.advance(3 * 60_000);
    await follow('2026-11-24T02:04:00Z');
    await retention.tag(record, 'kept');
    await retention.remove(record);
    expect(await retention.areThere(record)).toBe(false);
    expect(await regions.there.find(kind, id)).toBeUndefined();
    await retention.remove(record);
  });
});

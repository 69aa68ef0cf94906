// Snapshots as RDS makes, copies and deletes them, on a clock that stands still.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DatabaseTable } from '../../../../local/services/rds/database-table.ts';
import { createRdsModule } from '../../../../local/services/rds/module.ts';
import { snapshotQuota } from '../../../../local/services/rds/snapshot-desk.ts';
import { ACCOUNT_ID, createServiceHarness, REGION, type ServiceHarness } from '../service-harness.ts';

const keyHere = `arn:aws:kms:${REGION}:${ACCOUNT_ID}:key/here`;
const keyThere = `arn:aws:kms:eu-west-1:${ACCOUNT_ID}:key/there`;
const minute = 60_000;
let harness: ServiceHarness;
let events: { detailType: string; region: string; detail: Record<string, unknown> }[];
beforeEach(async () => {
  harness = await createServiceHarness([createRdsModule]);
  events = [];
  Object.assign(harness.context, {
    publishAwsEvent: async (event: (typeof events)[number]) => void events.push(event),
  });
  const databases = new DatabaseTable(harness.context.store);
  for (const kind of ['instance', 'cluster'] as const)
    databases.put({
      ...{ kind, region: REGION, identifier: 'orders', engine: 'postgres', engineVersion: '17.4', kmsKeyId: keyHere },
      ...{ allocatedGigabytes: 20, endpoint: 'orders.example', port: 5432, subnetGroup: 'live', securityGroups: [] },
      ...{ backupRetentionDays: 7, deletionProtection: true, tags: {}, createdAt: harness.clock.now() },
    });
  await harness.start();
});
afterEach(() => harness.stop());

interface Answer {
  readonly Status: string;
  readonly PercentProgress: number;
  readonly KmsKeyId: string;
  readonly TagList: { Key: string; Value: string }[];
}
const create = (id = 'one') =>
  harness.call<{ DBSnapshot: Answer }>('rds', 'CreateDBSnapshot', {
    ...{ DBInstanceIdentifier: 'orders', DBSnapshotIdentifier: id, Tags: [{ Key: 'component', Value: 'automation' }] },
  });
const inRegion = (region: string, operation: string, input: object) =>
  harness.context.call<Record<string, unknown>>({
    ...{ service: 'rds', operation, input, region },
    principal: { kind: 'operator', arn: '', accountId: ACCOUNT_ID },
  });
const describeIn = async (region: string, id = 'one'): Promise<Answer> => {
  const { DBSnapshots } = await inRegion(region, 'DescribeDBSnapshots', { DBSnapshotIdentifier: id });
  return (DBSnapshots as Answer[])[0] as Answer;
};
const copy = (more: object = { KmsKeyId: keyThere }) =>
  inRegion('eu-west-1', 'CopyDBSnapshot', {
    SourceDBSnapshotIdentifier: `arn:aws:rds:${REGION}:${ACCOUNT_ID}:snapshot:one`,
    ...{ TargetDBSnapshotIdentifier: 'one', CopyTags: true, ...more },
  });

describe('a snapshot', () => {
  it('is created in its own time, under the key of its database, and tells of it', async () => {
    expect((await create()).DBSnapshot).toMatchObject({ Status: 'creating', PercentProgress: 0, KmsKeyId: keyHere });
    await harness.clock.advance(40_000);
    expect(await describeIn(REGION)).toMatchObject({ Status: 'creating', PercentProgress: 50 });
    await harness.clock.advance(40_000);
    expect(await describeIn(REGION)).toMatchObject({ Status: 'available', PercentProgress: 100 });
    expect(events.map(({ detailType, detail }) => [detailType, detail.EventID])).toEqual([
      ['RDS DB Snapshot Event', 'RDS-EVENT-0040'],
      ['RDS DB Snapshot Event', 'RDS-EVENT-0042'],
    ]);
  });

  it('of a cluster has the names of clusters', async () => {
    const id = { DBClusterSnapshotIdentifier: 'one' };
    await harness.call('rds', 'CreateDBClusterSnapshot', { ...id, DBClusterIdentifier: 'orders' });
    const found = await harness.call('rds', 'DescribeDBClusterSnapshots', id);
    expect(found).toMatchObject({ DBClusterSnapshots: [{ ...id, DBClusterIdentifier: 'orders', Status: 'creating' }] });
    expect(events[0]?.detailType).toBe('RDS DB Cluster Snapshot Event');
  });

  it('is made once: a second one of that name, a bad name, an unknown database and too many are refused by name', async () => {
    await create();
    await expect(create()).rejects.toMatchObject({ code: 'DBSnapshotAlreadyExistsFault' });
    await expect(create('one--two')).rejects.toMatchObject({ code: 'InvalidParameterValue' });
    const unknown = { DBInstanceIdentifier: 'other', DBSnapshotIdentifier: 'two' };
    await expect(harness.call('rds', 'CreateDBSnapshot', unknown)).rejects.toMatchObject({
      code: 'DBInstanceNotFoundFault',
    });
    for (let number = 2; number <= snapshotQuota; number += 1) await create(`s${number}`);
    await expect(create('more')).rejects.toMatchObject({ code: 'SnapshotQuotaExceededFault' });
  });

  it('is copied to another region only when it is there, and only under a key of that region', async () => {
    await create();
    await expect(copy()).rejects.toMatchObject({ code: 'InvalidDBSnapshotStateFault' });
    await harness.clock.advance(2 * minute);
    await expect(copy({})).rejects.toMatchObject({ code: 'KMSKeyNotAccessibleFault' });
    await copy();
    expect(await describeIn('eu-west-1')).toMatchObject({ Status: 'copying', KmsKeyId: keyThere });
    await harness.clock.advance(2 * minute);
    expect(await describeIn('eu-west-1')).toMatchObject({ Status: 'copying', PercentProgress: 50 });
    await harness.clock.advance(2 * minute);
    expect(await describeIn('eu-west-1')).toMatchObject({
      Status: 'available',
      TagList: [{ Key: 'component', Value: 'automation' }],
    });
    expect(events.at(-1)).toMatchObject({ region: 'eu-west-1', detail: { EventID: 'RDS-EVENT-0060' } });
  });

  it('is gone when it was deleted, and its copy is not', async () => {
    await create();
    await expect(inRegion(REGION, 'DeleteDBSnapshot', { DBSnapshotIdentifier: 'one' })).rejects.toMatchObject({
      code: 'InvalidDBSnapshotStateFault',
    });
    await harness.clock.advance(2 * minute);
    await copy();
    await harness.clock.advance(5 * minute);
    await inRegion(REGION, 'DeleteDBSnapshot', { DBSnapshotIdentifier: 'one' });
    await expect(describeIn(REGION)).rejects.toMatchObject({ code: 'DBSnapshotNotFoundFault' });
    expect(await describeIn('eu-west-1')).toMatchObject({ Status: 'available' });
  });
});

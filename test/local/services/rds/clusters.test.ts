// Clusters as RDS has them: made without an instance, renamed with theirs, deleted when theirs are.
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { DatabaseTable } from '../../../../local/services/rds/database-table.ts';
import { createRdsModule } from '../../../../local/services/rds/module.ts';
import { createServiceHarness, REGION, type ServiceHarness } from '../service-harness.ts';

const minute = 60_000;
let harness: ServiceHarness;
beforeEach(async () => {
  harness = await createServiceHarness([createRdsModule]);
  new DatabaseTable(harness.context.store).put({
    ...{ kind: 'cluster', region: REGION, identifier: 'orders', engine: 'aurora-postgresql', engineVersion: '17.4' },
    ...{ allocatedGigabytes: 20, endpoint: 'orders.example', port: 5432, subnetGroup: 'live', securityGroups: [] },
    ...{ backupRetentionDays: 7, deletionProtection: false, tags: {}, createdAt: harness.clock.now() },
  });
  await harness.start();
});
afterEach(() => harness.stop());

const call = (operation: string, input: object) => harness.call('rds', operation, input);
const addInstance = (more: object = {}) =>
  call('CreateDBInstance', {
    ...{ DBInstanceIdentifier: 'orders-1', DBClusterIdentifier: 'orders', DBInstanceClass: 'db.r7g.large' },
    ...{ Engine: 'aurora-postgresql', ...more },
  });

it('an instance joins the cluster of its engine, and goes with it to another name', async () => {
  await expect(addInstance({ Engine: 'postgres' })).rejects.toMatchObject({ code: 'InvalidParameterCombination' });
  await addInstance();
  await harness.clock.advance(5 * minute);
  const rename = { DBClusterIdentifier: 'orders', NewDBClusterIdentifier: 'sales' };
  await expect(call('ModifyDBCluster', rename)).rejects.toMatchObject({ code: 'InvalidParameterCombination' });
  await call('ModifyDBCluster', { ...rename, ApplyImmediately: true });
  expect(await call('DescribeDBClusters', { DBClusterIdentifier: 'orders' })).toMatchObject({
    DBClusters: [{ Status: 'renaming' }],
  });
  await harness.clock.advance(3 * minute);
  expect(await call('DescribeDBClusters', {})).toMatchObject({
    DBClusters: [
      {
        ...{ DBClusterIdentifier: 'sales', Status: 'available', AllocatedStorage: 1 },
        DBClusterMembers: [{ DBInstanceIdentifier: 'orders-1', IsClusterWriter: true }],
      },
    ],
  });
  const Filters = [{ Name: 'db-cluster-id', Values: ['sales'] }];
  expect(await call('DescribeDBInstances', { Filters })).toMatchObject({
    DBInstances: [{ DBInstanceIdentifier: 'orders-1', DBClusterIdentifier: 'sales', DBInstanceStatus: 'available' }],
  });
});

it('a cluster is not deleted while an instance of it stays', async () => {
  await addInstance();
  const remove = () => call('DeleteDBCluster', { DBClusterIdentifier: 'orders', SkipFinalSnapshot: true });
  await expect(remove()).rejects.toMatchObject({ code: 'InvalidDBClusterStateFault' });
  await call('DeleteDBInstance', { DBInstanceIdentifier: 'orders-1' });
  await remove();
  await harness.clock.advance(4 * minute);
  await expect(call('DescribeDBClusters', { DBClusterIdentifier: 'orders' })).rejects.toMatchObject({
    code: 'DBClusterNotFoundFault',
  });
});

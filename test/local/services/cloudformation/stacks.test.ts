// What has been deployed, as tools ask for it.
import type { DescribeStacksOutput, ListExportsOutput, ListStackResourcesOutput } from '@aws-sdk/client-cloudformation';
import { describe, expect, it } from '@jest/globals';
import { STACK_TABLE, type StackRecord } from '../../../../local/assembly/stack-record.ts';
import { createCloudformationModule } from '../../../../local/services/cloudformation/module.ts';
import { accountId, openRuntime, region } from '../service-runtime.ts';

const record: StackRecord = {
  name: 'app',
  id: `arn:aws:cloudformation:${region}:${accountId}:stack/app/1`,
  region,
  accountId,
  createdAt: 0,
  updatedAt: 1_000,
  parameters: {},
  outputs: [{ key: 'Url', value: 'http://x', exportName: 'app-url' }],
  resources: [{ logicalId: 'Queue', type: 'AWS::SQS::Queue', physicalId: 'q' }],
};

async function open() {
  const runtime = await openRuntime([createCloudformationModule]);
  runtime.context.store.table<StackRecord>(STACK_TABLE).put(`${region}/app`, record);
  return runtime;
}

describe('a deployed stack', () => {
  it('shows its outputs, resources and exports', async () => {
    const { call } = await open();
    const { Stacks } = await call<DescribeStacksOutput>('cloudformation', 'DescribeStacks', { StackName: 'app' });
    expect(Stacks).toMatchObject([
      { StackName: 'app', StackStatus: 'UPDATE_COMPLETE', Outputs: [{ OutputKey: 'Url', OutputValue: 'http://x' }] },
    ]);
    const listed = await call<ListStackResourcesOutput>('cloudformation', 'ListStackResources', {
      StackName: record.id,
    });
    expect(listed.StackResourceSummaries).toMatchObject([
      { LogicalResourceId: 'Queue', PhysicalResourceId: 'q', ResourceType: 'AWS::SQS::Queue' },
    ]);
    const { Exports } = await call<ListExportsOutput>('cloudformation', 'ListExports', {});
    expect(Exports).toEqual([{ ExportingStackId: record.id, Name: 'app-url', Value: 'http://x' }]);
  });

  it('is looked for in the region of the call', async () => {
    const { call } = await open();
    await expect(
      call('cloudformation', 'DescribeStacks', { StackName: 'app' }, { region: 'us-west-2' }),
    ).rejects.toMatchObject({ name: 'ValidationError', message: 'Stack with id app does not exist' });
  });

  it('is guarded by its id', async () => {
    const runtime = await open();
    const as = await runtime.createRole('reader', {
      Effect: 'Allow',
      Action: 'cloudformation:DescribeStacks',
      Resource: `arn:aws:cloudformation:${region}:${accountId}:stack/app/*`,
    });
    const describeAs = (StackName: string) => runtime.call('cloudformation', 'DescribeStacks', { StackName }, { as });
    await expect(describeAs('app')).resolves.toHaveProperty('Stacks');
    await expect(describeAs('other')).rejects.toMatchObject({ name: 'AccessDenied' });
  });
});

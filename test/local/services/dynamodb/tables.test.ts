import { describe, expect, it } from '@jest/globals';
import { createDynamodbModule } from '../../../../local/services/dynamodb/module.ts';
import { accountId, openRuntime, region, type TestRuntime } from '../service-runtime.ts';

const TableName = 'things';
const recoveryRegion = 'eu-north-1';
const properties = {
  TableName,
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
};
const key = (id: string) => ({ id: { S: id } });
const open = () => openRuntime([createDynamodbModule]);
const put = (runtime: TestRuntime, item: object) => runtime.call('dynamodb', 'PutItem', { TableName, Item: item });
const readIds = async (runtime: TestRuntime) => {
  const { Items } = await runtime.call<{ Items: { id: { S: string } }[] }>('dynamodb', 'Scan', { TableName });
  return Items.map(({ id }) => id.S).sort();
};

describe('time to live', () => {
  const withTimeToLive = { ...properties, TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true } };
  const expiring = (runtime: TestRuntime, id: string, seconds: number) => ({
    ...key(id),
    expires: { N: String(Math.floor(runtime.clock.now() / 1000) + seconds) },
  });

  it('deletes items after they expire, on the virtual clock', async () => {
    const runtime = await open();
    await runtime.provide('AWS::DynamoDB::Table', withTimeToLive);
    await runtime.start();
    await put(runtime, expiring(runtime, 'soon', 60));
    await put(runtime, expiring(runtime, 'later', 30 * 86_400));
    await put(runtime, key('never'));
    await put(runtime, { ...key('text'), expires: { S: '1' } });
    await put(runtime, { ...key('ages-ago'), expires: { N: '1' } });
    await runtime.clock.advance(5 * 60_000);
    expect(await readIds(runtime)).toEqual(['ages-ago', 'later', 'never', 'text']);
    await runtime.clock.advance(31 * 86_400_000);
    expect(await readIds(runtime)).toEqual(['ages-ago', 'never', 'text']);
  });

  it('goes on after a restart', async () => {
    const runtime = await open();
    await runtime.provide('AWS::DynamoDB::Table', withTimeToLive);
    await runtime.start();
    await put(runtime, expiring(runtime, 'soon', 600));
    const next = await runtime.restart();
    await next.start();
    await next.clock.advance(700_000);
    expect(await readIds(next)).toEqual([]);
  });

  it('spares an item whose life was prolonged', async () => {
    const runtime = await open();
    await runtime.provide('AWS::DynamoDB::Table', withTimeToLive);
    await runtime.start();
    await put(runtime, expiring(runtime, 'lease', 60));
    await put(runtime, expiring(runtime, 'lease', 3600));
    await runtime.clock.advance(600_000);
    expect(await readIds(runtime)).toEqual(['lease']);
  });

  it('can be switched on and described', async () => {
    const runtime = await open();
    await runtime.provide('AWS::DynamoDB::Table', properties);
    await runtime.start();
    await put(runtime, expiring(runtime, 'old', 1));
    const enable = () =>
      runtime.call('dynamodb', 'UpdateTimeToLive', {
        TableName,
        TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true },
      });
    await enable();
    expect(await runtime.call('dynamodb', 'DescribeTimeToLive', { TableName })).toEqual({
      TimeToLiveDescription: { TimeToLiveStatus: 'ENABLED', AttributeName: 'expires' },
    });
    await expect(enable()).rejects.toMatchObject({
      code: 'ValidationException',
      message: 'TimeToLive is already enabled',
    });
    await runtime.clock.advance(120_000);
    expect(await readIds(runtime)).toEqual([]);
  });
});

describe('a global table', () => {
  const globalTable = {
    ...properties,
    StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
    SSESpecification: { SSEEnabled: true, SSEType: 'KMS' },
    Replicas: [
      {
        Region: region,
        DeletionProtectionEnabled: true,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        Tags: [{ Key: 'team', Value: 'platform' }],
      },
      { Region: recoveryRegion },
    ],
  };

  it('shows the same items in each of its regions', async () => {
    const runtime = await open();
    const { ref, attributes } = await runtime.provide('AWS::DynamoDB::GlobalTable', globalTable);
    await put(runtime, key('home'));
    const elsewhere = { region: recoveryRegion };
    await runtime.call('dynamodb', 'PutItem', { TableName, Item: key('away') }, elsewhere);
    expect(await readIds(runtime)).toEqual(['away', 'home']);
    expect(await runtime.call('dynamodb', 'Scan', { TableName }, elsewhere)).toMatchObject({ Count: 2 });
    await expect(runtime.call('dynamodb', 'Scan', { TableName }, { region: 'us-east-1' })).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
    });
    expect(ref).toBe(TableName);
    expect(attributes).toMatchObject({
      Arn: `arn:aws:dynamodb:${region}:${accountId}:table/${TableName}`,
      TableId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      StreamArn: expect.stringContaining('/stream/'),
    });
  });

  it('has settings of its own in each region', async () => {
    const runtime = await open();
    await runtime.provide('AWS::DynamoDB::GlobalTable', globalTable);
    expect(await runtime.call('dynamodb', 'DescribeTable', { TableName })).toMatchObject({
      Table: {
        TableStatus: 'ACTIVE',
        DeletionProtectionEnabled: true,
        SSEDescription: { Status: 'ENABLED', SSEType: 'KMS' },
        Replicas: [{ RegionName: recoveryRegion, ReplicaStatus: 'ACTIVE' }],
      },
    });
    const backups = (inRegion: string) =>
      runtime.call('dynamodb', 'DescribeContinuousBackups', { TableName }, { region: inRegion });
    expect(await backups(region)).toMatchObject({
      ContinuousBackupsDescription: {
        PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: 'ENABLED', RecoveryPeriodInDays: 35 },
      },
    });
    expect(await backups(recoveryRegion)).toMatchObject({
      ContinuousBackupsDescription: { PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: 'DISABLED' } },
    });
    await expect(runtime.call('dynamodb', 'DeleteTable', { TableName })).rejects.toMatchObject({
      code: 'ValidationException',
    });
  });

  it('is refused without a replica in the region of its stack', async () => {
    const runtime = await open();
    await expect(
      runtime.provide('AWS::DynamoDB::GlobalTable', { ...globalTable, Replicas: [{ Region: recoveryRegion }] }),
    ).rejects.toThrow(`the stack's own region ${region} must be among them`);
  });
});

describe('a declared table', () => {
  it('keeps its items and takes new settings when it is declared again', async () => {
    const runtime = await open();
    await runtime.provide('AWS::DynamoDB::Table', properties);
    await put(runtime, { ...key('a'), kind: { S: 'x' } });
    const AttributeDefinitions = [...properties.AttributeDefinitions, { AttributeName: 'kind', AttributeType: 'S' }];
    await runtime.provide('AWS::DynamoDB::Table', {
      ...properties,
      AttributeDefinitions,
      GlobalSecondaryIndexes: [
        {
          IndexName: 'by-kind',
          KeySchema: [{ AttributeName: 'kind', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
    });
    expect(
      await runtime.call('dynamodb', 'Query', {
        TableName,
        IndexName: 'by-kind',
        KeyConditionExpression: 'kind = :k',
        ExpressionAttributeValues: { ':k': { S: 'x' } },
      }),
    ).toMatchObject({ Items: [{ ...key('a'), kind: { S: 'x' } }] });
  });

  it('cannot change its key', async () => {
    const runtime = await open();
    await runtime.provide('AWS::DynamoDB::Table', properties);
    await expect(
      runtime.provide('AWS::DynamoDB::Table', {
        ...properties,
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'N' }],
      }),
    ).rejects.toThrow('a key cannot change');
  });

  it('is tagged by ARN', async () => {
    const runtime = await open();
    const { attributes } = await runtime.provide('AWS::DynamoDB::Table', {
      ...properties,
      Tags: [{ Key: 'a', Value: '1' }],
    });
    const ResourceArn = attributes.Arn;
    await runtime.call('dynamodb', 'TagResource', { ResourceArn, Tags: [{ Key: 'b', Value: '2' }] });
    await runtime.call('dynamodb', 'UntagResource', { ResourceArn, TagKeys: ['a'] });
    expect(await runtime.call('dynamodb', 'ListTagsOfResource', { ResourceArn })).toEqual({
      Tags: [{ Key: 'b', Value: '2' }],
    });
  });
});

describe('permissions', () => {
  it('are asked for on the table, its indexes and the keys accessed', async () => {
    const runtime = await open();
    await runtime.provide('AWS::DynamoDB::Table', properties);
    const role = await runtime.createRole('tenant', {
      Effect: 'Allow',
      Action: ['dynamodb:GetItem', 'dynamodb:Query'],
      Resource: `arn:aws:dynamodb:${region}:${accountId}:table/${TableName}`,
      Condition: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['mine'] } },
    });
    const as = { as: role };
    const query = (id: string, index = {}) => ({
      TableName,
      KeyConditionExpression: '#i = :i',
      ExpressionAttributeNames: { '#i': 'id' },
      ExpressionAttributeValues: { ':i': { S: id } },
      ...index,
    });
    await runtime.call('dynamodb', 'GetItem', { TableName, Key: key('mine') }, as);
    await runtime.call('dynamodb', 'Query', query('mine'), as);
    const denied = { code: 'AccessDeniedException' };
    await expect(runtime.call('dynamodb', 'GetItem', { TableName, Key: key('theirs') }, as)).rejects.toMatchObject(
      denied,
    );
    await expect(runtime.call('dynamodb', 'Query', query('theirs'), as)).rejects.toMatchObject(denied);
    await expect(runtime.call('dynamodb', 'Query', query('mine', { IndexName: 'x' }), as)).rejects.toMatchObject({
      ...denied,
      message: expect.stringContaining(`table/${TableName}/index/x`),
    });
    await expect(runtime.call('dynamodb', 'PutItem', { TableName, Item: key('mine') }, as)).rejects.toMatchObject(
      denied,
    );
  });
});

import { describe, expect, it } from '@jest/globals';
import { createDynamodbModule } from '../../../../local/services/dynamodb/module.ts';
import { openRuntime, type TestRuntime } from '../service-runtime.ts';

const TableName = 'locks';
const key = (id: string) => ({ id: { S: id } });

async function openTable(): Promise<TestRuntime> {
  const runtime = await openRuntime([createDynamodbModule]);
  await runtime.provide('AWS::DynamoDB::Table', {
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  });
  await runtime.start();
  return runtime;
}

const transact = (runtime: TestRuntime, TransactItems: object[], ClientRequestToken?: string) =>
  runtime.call('dynamodb', 'TransactWriteItems', { TransactItems, ...(ClientRequestToken && { ClientRequestToken }) });
const get = async (runtime: TestRuntime, id: string) =>
  (await runtime.call<{ Item?: object }>('dynamodb', 'GetItem', { TableName, Key: key(id) })).Item;

describe('transactions', () => {
  it('let exactly one of forty racing lock takers win', async () => {
    const runtime = await openTable();
    const outcomes = await Promise.allSettled(
      Array.from({ length: 40 }, (_, n) =>
        transact(runtime, [
          {
            Put: {
              TableName,
              Item: { ...key('lock'), holder: { N: String(n) } },
              ConditionExpression: 'attribute_not_exists(id)',
            },
          },
          { Put: { TableName, Item: key(`holder-${n}`) } },
        ]),
      ),
    );
    const winners = outcomes.flatMap((outcome, n) => (outcome.status === 'fulfilled' ? [n] : []));
    expect(winners).toHaveLength(1);
    expect(await get(runtime, 'lock')).toEqual({ ...key('lock'), holder: { N: String(winners[0]) } });
    const { Count } = await runtime.call<{ Count: number }>('dynamodb', 'Scan', { TableName });
    expect(Count).toBe(2);
  });

  it('say for each item why they were cancelled, and leave nothing behind', async () => {
    const runtime = await openTable();
    await runtime.call('dynamodb', 'PutItem', { TableName, Item: { ...key('a'), v: { N: '1' } } });
    await expect(
      transact(runtime, [
        { Put: { TableName, Item: key('new') } },
        {
          ConditionCheck: {
            TableName,
            Key: key('a'),
            ConditionExpression: 'v = :v',
            ExpressionAttributeValues: { ':v': { N: '2' } },
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          },
        },
        {
          Update: {
            TableName,
            Key: key('b'),
            UpdateExpression: 'SET v = nowhere + :one',
            ExpressionAttributeValues: { ':one': { N: '1' } },
          },
        },
      ]),
    ).rejects.toMatchObject({
      code: 'TransactionCanceledException',
      message:
        'Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed, ValidationError]',
      details: {
        CancellationReasons: [
          { Code: 'None' },
          {
            Code: 'ConditionalCheckFailed',
            Message: 'The conditional request failed',
            Item: { ...key('a'), v: { N: '1' } },
          },
          {
            Code: 'ValidationError',
            Message: 'The provided expression refers to an attribute that does not exist in the item',
          },
        ],
      },
    });
    expect(await get(runtime, 'new')).toBeUndefined();
    expect(await get(runtime, 'a')).toEqual({ ...key('a'), v: { N: '1' } });
  });

  it('check a condition without deleting or creating the item', async () => {
    const runtime = await openTable();
    await runtime.call('dynamodb', 'PutItem', { TableName, Item: key('here') });
    await transact(runtime, [
      { ConditionCheck: { TableName, Key: key('here'), ConditionExpression: 'attribute_exists(id)' } },
      { ConditionCheck: { TableName, Key: key('gone'), ConditionExpression: 'attribute_not_exists(id)' } },
      { Delete: { TableName, Key: key('other') } },
    ]);
    expect(await get(runtime, 'here')).toEqual(key('here'));
    expect(await get(runtime, 'gone')).toBeUndefined();
  });

  it('are carried out once per client token, for ten minutes', async () => {
    const runtime = await openTable();
    const count = (by: string) => [
      {
        Update: {
          TableName,
          Key: key('n'),
          UpdateExpression: 'ADD n :by',
          ExpressionAttributeValues: { ':by': { N: by } },
        },
      },
    ];
    await transact(runtime, count('1'), 'token');
    await transact(runtime, count('1'), 'token');
    await expect(transact(runtime, count('2'), 'token')).rejects.toMatchObject({
      code: 'IdempotentParameterMismatchException',
    });
    expect(await get(runtime, 'n')).toEqual({ ...key('n'), n: { N: '1' } });
    await runtime.clock.advance(11 * 60_000);
    await transact(runtime, count('2'), 'token');
    expect(await get(runtime, 'n')).toEqual({ ...key('n'), n: { N: '3' } });
  });

  it('remember a token over a restart', async () => {
    const runtime = await openTable();
    const items = [
      {
        Update: {
          TableName,
          Key: key('n'),
          UpdateExpression: 'ADD n :by',
          ExpressionAttributeValues: { ':by': { N: '1' } },
        },
      },
    ];
    await transact(runtime, items, 'token');
    const next = await runtime.restart();
    await transact(next, items, 'token');
    expect(await get(next, 'n')).toEqual({ ...key('n'), n: { N: '1' } });
  });

  it('refuse two operations on one item, and none at all', async () => {
    const runtime = await openTable();
    await expect(
      transact(runtime, [{ Put: { TableName, Item: key('a') } }, { Delete: { TableName, Key: key('a') } }]),
    ).rejects.toMatchObject({
      code: 'ValidationException',
      message: 'Transaction request cannot include multiple operations on one item',
    });
    await expect(transact(runtime, [])).rejects.toMatchObject({ code: 'ValidationException' });
  });

  it('read items of one moment', async () => {
    const runtime = await openTable();
    await runtime.call('dynamodb', 'PutItem', { TableName, Item: key('a') });
    expect(
      await runtime.call('dynamodb', 'TransactGetItems', {
        TransactItems: [{ Get: { TableName, Key: key('a') } }, { Get: { TableName, Key: key('b') } }],
      }),
    ).toEqual({ Responses: [{ Item: key('a') }, {}] });
  });

  it('need the permission of each of their items', async () => {
    const runtime = await openTable();
    const role = await runtime.createRole('putter', {
      Effect: 'Allow',
      Action: 'dynamodb:PutItem',
      Resource: `arn:aws:dynamodb:*:*:table/${TableName}`,
    });
    const put = { Put: { TableName, Item: key('a') } };
    await runtime.call('dynamodb', 'TransactWriteItems', { TransactItems: [put] }, { as: role });
    const check = { ConditionCheck: { TableName, Key: key('b'), ConditionExpression: 'attribute_not_exists(id)' } };
    await expect(
      runtime.call('dynamodb', 'TransactWriteItems', { TransactItems: [put, check] }, { as: role }),
    ).rejects.toMatchObject({
      code: 'AccessDeniedException',
      message: expect.stringContaining('dynamodb:ConditionCheckItem'),
    });
  });
});

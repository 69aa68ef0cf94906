import { describe, expect, it } from '@jest/globals';
import { createDynamodbModule } from '../../../../local/services/dynamodb/module.ts';
import { openRuntime, type TestRuntime } from '../service-runtime.ts';

type Output = Record<string, never>;

async function openTable(properties: Record<string, unknown> = {}): Promise<TestRuntime> {
  const runtime = await openRuntime([createDynamodbModule]);
  await runtime.provide('AWS::DynamoDB::Table', {
    TableName: 'ledger',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: ['pk', 'sk', 'gk'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'by-group',
        KeySchema: [
          { AttributeName: 'gk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
    ...properties,
  });
  await runtime.start();
  return runtime;
}

const key = (pk: string, sk = 'a') => ({ pk: { S: pk }, sk: { S: sk } });
const TableName = 'ledger';

describe('items of a table', () => {
  it('come back with every type of attribute as it was put', async () => {
    const { call } = await openTable();
    const Item = {
      ...key('types'),
      bytes: { B: Buffer.from([0, 255, 10]) },
      manyBytes: { BS: [Buffer.from('a'), Buffer.from('b')] },
      text: { S: 'ünï' },
      empty: { S: '' },
      number: { N: '1.50' },
      numbers: { NS: ['1', '2'] },
      texts: { SS: ['x', 'y'] },
      yes: { BOOL: true },
      nothing: { NULL: true },
      list: { L: [{ S: 'a' }, { M: { B: { B: Buffer.from('deep') } } }] },
      map: { M: { S: { N: '1' }, inner: { M: {} } } },
    };
    await call('dynamodb', 'PutItem', { TableName, Item });
    const { Item: read } = await call<Output>('dynamodb', 'GetItem', { TableName, Key: key('types') });
    expect(read).toEqual({ ...Item, number: { N: '1.5' } });
  });

  it('cannot be changed through what a read answered', async () => {
    const { call } = await openTable();
    await call('dynamodb', 'PutItem', { TableName, Item: { ...key('a'), m: { M: { x: { S: '1' } } } } });
    const first = await call<{ Item: { m: { M: Record<string, unknown> } } }>('dynamodb', 'GetItem', {
      TableName,
      Key: key('a'),
    });
    first.Item.m.M.x = { S: 'changed' };
    expect(await call('dynamodb', 'GetItem', { TableName, Key: key('a') })).toMatchObject({
      Item: { m: { M: { x: { S: '1' } } } },
    });
  });

  it('are put once when a hundred racing puts demand that they be absent', async () => {
    const { call } = await openTable();
    const outcomes = await Promise.allSettled(
      Array.from({ length: 100 }, (_, n) =>
        call('dynamodb', 'PutItem', {
          TableName,
          Item: { ...key('claim'), n: { N: String(n) } },
          ConditionExpression: 'attribute_not_exists(pk)',
        }),
      ),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') {
        expect(outcome.reason).toMatchObject({
          code: 'ConditionalCheckFailedException',
          message: 'The conditional request failed',
        });
      }
    }
  });

  it('are told to whom a condition refuses, when asked for', async () => {
    const { call } = await openTable();
    await call('dynamodb', 'PutItem', { TableName, Item: { ...key('lock'), holder: { S: 'first' } } });
    const refusal = {
      code: 'ConditionalCheckFailedException',
      details: { Item: { ...key('lock'), holder: { S: 'first' } } },
    };
    await expect(
      call('dynamodb', 'PutItem', {
        TableName,
        Item: key('lock'),
        ConditionExpression: 'attribute_not_exists(pk)',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    ).rejects.toMatchObject(refusal);
    await expect(
      call('dynamodb', 'UpdateItem', {
        TableName,
        Key: key('lock'),
        UpdateExpression: 'SET holder = :h',
        ConditionExpression: 'holder = :h',
        ExpressionAttributeValues: { ':h': { S: 'second' } },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    ).rejects.toMatchObject(refusal);
  });

  it('are compared with lists and maps by what these hold', async () => {
    const { call } = await openTable();
    const document = { M: { a: { N: '1' }, l: { L: [{ S: 'x' }, { M: {} }] } } };
    await call('dynamodb', 'PutItem', { TableName, Item: { ...key('doc'), document } });
    const find = async (FilterExpression: string, value: object) => {
      const { Count } = await call<{ Count: number }>('dynamodb', 'Scan', {
        TableName,
        FilterExpression,
        ExpressionAttributeNames: { '#d': 'document' },
        ExpressionAttributeValues: { ':v': value },
      });
      return Count;
    };
    const longer = { M: { ...document.M, b: { N: '2' } } };
    const other = { M: { ...document.M, l: { L: [{ S: 'x' }, { M: { y: { N: '1' } } }] } } };
    expect(await find('#d = :v', document)).toBe(1);
    expect(await find('#d <> :v', document)).toBe(0);
    expect(await find('#d IN (:v)', document)).toBe(1);
    expect(await find('#d.l = :v', document.M.l)).toBe(1);
    for (const different of [longer, other, { L: [] }, { M: {} }]) {
      expect(await find('#d = :v', different)).toBe(0);
      expect(await find('NOT #d <> :v', different)).toBe(0);
    }
  });

  it('are updated by the documented expressions', async () => {
    const { call } = await openTable();
    const update = (UpdateExpression: string, values: object, names: object = {}) =>
      call<{ Attributes: object }>('dynamodb', 'UpdateItem', {
        TableName,
        Key: key('update'),
        UpdateExpression,
        ExpressionAttributeValues: values,
        ...(Object.keys(names).length > 0 && { ExpressionAttributeNames: names }),
        ReturnValues: 'ALL_NEW',
      });
    await update(
      'SET #l = list_append(if_not_exists(#l, :empty), :one), fence = if_not_exists(fence, :zero) + :inc',
      {
        ':empty': { L: [] },
        ':one': { L: [{ S: 'a' }] },
        ':zero': { N: '0' },
        ':inc': { N: '1' },
      },
      { '#l': 'list' },
    );
    const { Attributes } = await update('ADD fence :inc, tags :t SET meta = :m REMOVE nothing', {
      ':inc': { N: '4' },
      ':t': { SS: ['x'] },
      ':m': { M: { deep: { L: [{ BOOL: false }] } } },
    });
    expect(Attributes).toEqual({
      ...key('update'),
      list: { L: [{ S: 'a' }] },
      fence: { N: '5' },
      tags: { SS: ['x'] },
      meta: { M: { deep: { L: [{ BOOL: false }] } } },
    });
    expect(
      (await update('SET meta.deep[1] = :v DELETE tags :t', { ':v': { N: '2' }, ':t': { SS: ['x'] } })).Attributes,
    ).toEqual({
      ...key('update'),
      list: { L: [{ S: 'a' }] },
      fence: { N: '5' },
      meta: { M: { deep: { L: [{ BOOL: false }, { N: '2' }] } } },
    });
  });

  it.each([
    ['GetItem', { TableName: 'nowhere', Key: key('a') }, 'ResourceNotFoundException', 'Requested resource not found'],
    [
      'GetItem',
      { TableName, Key: { pk: { S: 'a' } } },
      'ValidationException',
      'The provided key element does not match the schema',
    ],
    [
      'PutItem',
      { TableName, Item: { pk: { S: 'a' } } },
      'ValidationException',
      'One or more parameter values were invalid: Missing the key sk in the item',
    ],
    [
      'PutItem',
      { TableName, Item: key('a'), ConditionExpression: 'attribute_not_exists(' },
      'ValidationException',
      /^Invalid ConditionExpression: Syntax error/,
    ],
    [
      'UpdateItem',
      { TableName, Key: key('a'), UpdateExpression: 'SET sk = :v', ExpressionAttributeValues: { ':v': { S: 'b' } } },
      'ValidationException',
      'One or more parameter values were invalid: Cannot update attribute sk. This attribute is part of the key',
    ],
  ])('are refused by %s in DynamoDB’s words: %j', async (operation, input, code, message) => {
    const { call } = await openTable();
    await expect(call('dynamodb', operation, input)).rejects.toMatchObject({
      code,
      message: message instanceof RegExp ? expect.stringMatching(message) : message,
    });
  });
});

describe('queries and scans', () => {
  it('page through a partition in both directions', async () => {
    const { call } = await openTable();
    for (let n = 0; n < 25; n += 1) {
      await call('dynamodb', 'PutItem', { TableName, Item: key('p', String(n).padStart(2, '0')) });
    }
    const readAll = async (ScanIndexForward: boolean) => {
      const found: string[] = [];
      let ExclusiveStartKey: object | undefined;
      do {
        const page: { Items: { sk: { S: string } }[]; LastEvaluatedKey?: object } = await call('dynamodb', 'Query', {
          TableName,
          KeyConditionExpression: 'pk = :p AND sk BETWEEN :from AND :to',
          ExpressionAttributeValues: { ':p': { S: 'p' }, ':from': { S: '03' }, ':to': { S: '21' } },
          Limit: 4,
          ScanIndexForward,
          ...(ExclusiveStartKey && { ExclusiveStartKey }),
        });
        found.push(...page.Items.map(({ sk }) => sk.S));
        ExclusiveStartKey = page.LastEvaluatedKey;
      } while (ExclusiveStartKey);
      return found;
    };
    const expected = Array.from({ length: 19 }, (_, n) => String(n + 3).padStart(2, '0'));
    expect(await readAll(true)).toEqual(expected);
    expect(await readAll(false)).toEqual(expected.toReversed());
  });

  it('find through an index what has just been written, and no longer what has been deleted', async () => {
    const { call } = await openTable();
    const query = () =>
      call<{ Items: object[]; Count: number }>('dynamodb', 'Query', {
        TableName,
        IndexName: 'by-group',
        KeyConditionExpression: '#g = :g',
        ExpressionAttributeNames: { '#g': 'gk' },
        ExpressionAttributeValues: { ':g': { S: 'g1' } },
      });
    await call('dynamodb', 'PutItem', { TableName, Item: { ...key('1'), gk: { S: 'g1' } } });
    await call('dynamodb', 'PutItem', { TableName, Item: { ...key('2', 'b'), gk: { S: 'g1' } } });
    expect((await query()).Items).toEqual([
      { ...key('1'), gk: { S: 'g1' } },
      { ...key('2', 'b'), gk: { S: 'g1' } },
    ]);
    await call('dynamodb', 'UpdateItem', { TableName, Key: key('1'), UpdateExpression: 'REMOVE gk' });
    await call('dynamodb', 'DeleteItem', { TableName, Key: key('2', 'b') });
    expect(await query()).toMatchObject({ Items: [], Count: 0 });
  });

  it('read and write in batches', async () => {
    const { call } = await openTable();
    await call('dynamodb', 'BatchWriteItem', {
      RequestItems: { ledger: ['1', '2', '3'].map((pk) => ({ PutRequest: { Item: key(pk) } })) },
    });
    await call('dynamodb', 'BatchWriteItem', {
      RequestItems: { ledger: [{ DeleteRequest: { Key: key('2') } }, { PutRequest: { Item: key('4') } }] },
    });
    const { Responses } = await call<{ Responses: { ledger: { pk: { S: string } }[] } }>('dynamodb', 'BatchGetItem', {
      RequestItems: { ledger: { Keys: ['1', '2', '3', '4'].map((pk) => key(pk)) } },
    });
    expect(Responses.ledger.map(({ pk }) => pk.S).sort()).toEqual(['1', '3', '4']);
    const scanned = await call<{ Items: { pk: { S: string } }[] }>('dynamodb', 'Scan', {
      TableName,
      FilterExpression: 'pk <> :p',
      ExpressionAttributeValues: { ':p': { S: '3' } },
    });
    expect(scanned.Items.map(({ pk }) => pk.S).sort()).toEqual(['1', '4']);
  });
});

describe('after a restart', () => {
  it('items, indexes and settings are there', async () => {
    const runtime = await openTable();
    await runtime.call('dynamodb', 'PutItem', { TableName, Item: { ...key('1'), gk: { S: 'g' } } });
    const next = await runtime.restart();
    const found = await next.call('dynamodb', 'Query', {
      TableName,
      IndexName: 'by-group',
      KeyConditionExpression: 'gk = :g',
      ExpressionAttributeValues: { ':g': { S: 'g' } },
    });
    expect(found).toMatchObject({ Items: [{ ...key('1'), gk: { S: 'g' } }] });
  });
});

// Parameter Store as an app and its operators use it.
import type {
  DescribeParametersResult,
  GetParameterHistoryResult,
  GetParameterResult,
  GetParametersByPathResult,
  GetParametersResult,
  PutParameterResult,
} from '@aws-sdk/client-ssm';
import { describe, expect, it } from '@jest/globals';
import { createSsmModule } from '../../../../local/services/ssm/module.ts';
import { accountId, openRuntime, region, type TestRuntime } from '../service-runtime.ts';

const put = (runtime: TestRuntime, Name: string, Value: string, more: object = {}) =>
  runtime.call<PutParameterResult>('ssm', 'PutParameter', { Name, Value, Type: 'String', ...more });
const get = async (runtime: TestRuntime, Name: string, more: object = {}) =>
  (await runtime.call<GetParameterResult>('ssm', 'GetParameter', { Name, ...more })).Parameter;

describe('parameters', () => {
  it('keep their versions and labels over a restart', async () => {
    const runtime = await openRuntime([createSsmModule]);
    await put(runtime, '/a/b', 'one');
    await runtime.call('ssm', 'LabelParameterVersion', { Name: '/a/b', Labels: ['good'] });
    await expect(put(runtime, '/a/b', 'two')).rejects.toMatchObject({ name: 'ParameterAlreadyExists' });
    expect(await put(runtime, '/a/b', 'two', { Overwrite: true })).toEqual({ Version: 2, Tier: 'Standard' });
    const next = await runtime.restart();
    expect(await get(next, '/a/b')).toMatchObject({
      Value: 'two',
      Version: 2,
      ARN: `arn:aws:ssm:${region}:${accountId}:parameter/a/b`,
    });
    expect(await get(next, '/a/b:1')).toMatchObject({ Value: 'one', Selector: ':1' });
    expect(await get(next, '/a/b:good')).toMatchObject({ Value: 'one' });
    await expect(get(next, '/a/b:9')).rejects.toMatchObject({ name: 'ParameterVersionNotFound' });
    const history = await next.call<GetParameterHistoryResult>('ssm', 'GetParameterHistory', { Name: '/a/b' });
    expect(history.Parameters?.map((parameter) => parameter.Value)).toEqual(['one', 'two']);
  });

  it('are read by path, page by page', async () => {
    const runtime = await openRuntime([createSsmModule]);
    for (const name of ['/p/a', '/p/b', '/p/c', '/p/deep/d', '/pq']) await put(runtime, name, name);
    const read = (input: object) => runtime.call<GetParametersByPathResult>('ssm', 'GetParametersByPath', input);
    const names = async (input: object) => (await read(input)).Parameters?.map((parameter) => parameter.Name);
    expect(await names({ Path: '/p' })).toEqual(['/p/a', '/p/b', '/p/c']);
    expect(await names({ Path: '/p', Recursive: true })).toEqual(['/p/a', '/p/b', '/p/c', '/p/deep/d']);
    const { NextToken } = await read({ Path: '/p', MaxResults: 2 });
    expect(await names({ Path: '/p', MaxResults: 2, NextToken })).toEqual(['/p/c']);
    await expect(read({ Path: 'p' })).rejects.toMatchObject({ name: 'ValidationException' });
  });

  it('live in their region', async () => {
    const runtime = await openRuntime([createSsmModule]);
    await put(runtime, 'x', '1');
    await expect(runtime.call('ssm', 'GetParameter', { Name: 'x' }, { region: 'us-east-1' })).rejects.toMatchObject({
      name: 'ParameterNotFound',
    });
  });

  it('of several names come with the list of invalid ones', async () => {
    const runtime = await openRuntime([createSsmModule]);
    await put(runtime, 'x', '1');
    const answer = await runtime.call<GetParametersResult>('ssm', 'GetParameters', { Names: ['x', 'y'] });
    expect(answer).toMatchObject({ Parameters: [{ Name: 'x' }], InvalidParameters: ['y'] });
  });

  it('that are secure show their value only when asked to decrypt', async () => {
    const runtime = await openRuntime([createSsmModule]);
    await put(runtime, 's', 'canary', { Type: 'SecureString' });
    expect((await get(runtime, 's'))?.Value).not.toContain('canary');
    expect(await get(runtime, 's', { WithDecryption: true })).toMatchObject({ Value: 'canary', Type: 'SecureString' });
    const described = await runtime.call<DescribeParametersResult>('ssm', 'DescribeParameters', {});
    expect(described.Parameters).toMatchObject([{ Name: 's', KeyId: 'alias/aws/ssm' }]);
  });

  it.each([
    ['a name with a space', { Name: 'a b', Value: 'x' }, 'ValidationException'],
    ['a reserved name', { Name: '/aws/x', Value: 'x' }, 'AccessDeniedException'],
    ['an empty value', { Name: 'a', Value: '' }, 'ValidationException'],
    ['a value over 4 KiB', { Name: 'a', Value: 'x'.repeat(4097) }, 'ValidationException'],
    [
      'a value off its pattern',
      { Name: 'a', Value: 'x', AllowedPattern: '^\\d+$' },
      'ParameterPatternMismatchException',
    ],
  ])('refuse %s', async (_, input, name) => {
    const runtime = await openRuntime([createSsmModule]);
    await expect(runtime.call('ssm', 'PutParameter', { Type: 'String', ...input })).rejects.toMatchObject({ name });
  });

  it('are guarded by their ARN and by the path that is read', async () => {
    const runtime = await openRuntime([createSsmModule]);
    await put(runtime, '/app/x', '1');
    const as = await runtime.createRole('reader', {
      Effect: 'Allow',
      Action: 'ssm:GetParametersByPath',
      Resource: `arn:aws:ssm:${region}:${accountId}:parameter/app`,
    });
    await expect(runtime.call('ssm', 'GetParametersByPath', { Path: '/app/' }, { as })).resolves.toMatchObject({
      Parameters: [{ Name: '/app/x' }],
    });
    await expect(runtime.call('ssm', 'GetParameter', { Name: '/app/x' }, { as })).rejects.toThrow(
      `is not authorized to perform: ssm:GetParameter on resource: arn:aws:ssm:${region}:${accountId}:parameter/app/x because no identity-based policy allows the ssm:GetParameter action`,
    );
  });
});

describe('AWS::SSM::Parameter', () => {
  const provide = (runtime: TestRuntime, Value: string) =>
    runtime.provide('AWS::SSM::Parameter', { Name: '/t', Type: 'String', Value });

  it('keeps what an operator put until the template says something new', async () => {
    const runtime = await openRuntime([createSsmModule]);
    await provide(runtime, 'first');
    await put(runtime, '/t', 'operator', { Overwrite: true });
    const next = await runtime.restart();
    expect(await provide(next, 'first')).toEqual({ ref: '/t', attributes: { Type: 'String', Value: 'operator' } });
    expect(await get(next, '/t')).toMatchObject({ Value: 'operator', Version: 2 });
    await provide(next, 'second');
    expect(await get(next, '/t')).toMatchObject({ Value: 'second', Version: 3 });
  });
});

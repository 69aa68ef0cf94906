// Who a caller is, and how roles are assumed.
import type { AssumeRoleResponse, GetCallerIdentityResponse } from '@aws-sdk/client-sts';
import { describe, expect, it } from '@jest/globals';
import { createStsModule } from '../../../../local/services/sts/module.ts';
import { accountId, openRuntime } from '../service-runtime.ts';

describe('GetCallerIdentity', () => {
  it('needs no permission and names the role session', async () => {
    const runtime = await openRuntime([createStsModule]);
    const role = await runtime.createRole('worker');
    const identity = await runtime.call<GetCallerIdentityResponse>('sts', 'GetCallerIdentity', {}, { as: role });
    expect(identity).toEqual({
      UserId: expect.stringMatching(/^AROA[0-9A-F]{17}:test$/),
      Account: accountId,
      Arn: `arn:aws:sts::${accountId}:assumed-role/worker/test`,
    });
  });
});

describe('AssumeRole', () => {
  const assume = { RoleArn: `arn:aws:iam::${accountId}:role/target`, RoleSessionName: 'one' };
  async function openWithTarget(trusted: Record<string, string>) {
    const runtime = await openRuntime([createStsModule]);
    await runtime.provide('AWS::IAM::Role', {
      RoleName: 'target',
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: trusted, Action: 'sts:AssumeRole' }],
      },
    });
    return runtime;
  }

  it('gives credentials that stand for the role until they expire', async () => {
    const runtime = await openWithTarget({ AWS: `arn:aws:iam::${accountId}:role/caller` });
    const caller = await runtime.createRole('caller');
    const { Credentials } = await runtime.call<AssumeRoleResponse>('sts', 'AssumeRole', assume, { as: caller });
    const key = Credentials?.AccessKeyId ?? '';
    expect(runtime.principals.resolve(key).arn).toBe(`arn:aws:sts::${accountId}:assumed-role/target/one`);
    const next = await runtime.restart();
    expect(next.principals.resolve(key).roleArn).toBe(assume.RoleArn);
    await next.clock.advance(3_600_000);
    expect(() => next.principals.resolve(key)).toThrow('The security token included in the request is expired');
  });

  it('needs the caller’s own permission where the trust policy names the account', async () => {
    const runtime = await openWithTarget({ AWS: `arn:aws:iam::${accountId}:root` });
    const refused = await runtime.createRole('caller');
    await expect(runtime.call('sts', 'AssumeRole', assume, { as: refused })).rejects.toMatchObject({
      name: 'AccessDenied',
      status: 403,
      message: expect.stringContaining('because no identity-based policy allows the sts:AssumeRole action'),
    });
    const allowed = await runtime.createRole('caller', {
      Effect: 'Allow',
      Action: 'sts:AssumeRole',
      Resource: assume.RoleArn,
    });
    await expect(runtime.call('sts', 'AssumeRole', assume, { as: allowed })).resolves.toHaveProperty('Credentials');
  });

  it('is refused when the role trusts somebody else', async () => {
    const runtime = await openWithTarget({ Service: 'lambda.amazonaws.com' });
    const caller = await runtime.createRole('caller', { Effect: 'Allow', Action: '*', Resource: '*' });
    await expect(runtime.call('sts', 'AssumeRole', assume, { as: caller })).rejects.toMatchObject({
      name: 'AccessDenied',
    });
  });
});

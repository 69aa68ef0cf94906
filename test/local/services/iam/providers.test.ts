// Roles and policies as a template has them.

import { describe, expect, it } from '@jest/globals';
import type { Principal } from '../../../../local/runtime/service.ts';
import { createSsmModule } from '../../../../local/services/ssm/module.ts';
import { accountId, openRuntime, type TestRuntime } from '../service-runtime.ts';

const trust = { Version: '2012-10-17', Statement: [] };
const allow = (Action: string) => ({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource: '*' }] });
const assume = ({ principals }: TestRuntime, roleArn: unknown) =>
  principals.resolve(principals.credentialsFor(String(roleArn), 's').accessKeyId);
const listParameters = (runtime: TestRuntime, as: Principal) => runtime.call('ssm', 'DescribeParameters', {}, { as });

describe('a role of a template', () => {
  it('has the policies attached to it, whichever way', async () => {
    const runtime = await openRuntime([createSsmModule]);
    const { ref, attributes } = await runtime.provide('AWS::IAM::Role', {
      AssumeRolePolicyDocument: trust,
      Path: '/x/',
    });
    expect(attributes.Arn).toBe(`arn:aws:iam::${accountId}:role/x/${ref}`);
    const as = assume(runtime, attributes.Arn);
    expect(as.arn).toBe(`arn:aws:sts::${accountId}:assumed-role/${ref}/s`);
    await expect(listParameters(runtime, as)).rejects.toMatchObject({ name: 'AccessDeniedException' });
    const policy = { PolicyDocument: allow('ssm:DescribeParameters'), Roles: [ref] };
    await runtime.provide('AWS::IAM::Policy', { PolicyName: 'p', ...policy }, { logicalId: 'Policy' });
    await expect(listParameters(runtime, as)).resolves.toEqual({ Parameters: [] });
  });

  it('is held by its permissions boundary', async () => {
    const runtime = await openRuntime([createSsmModule]);
    const { ref: PermissionsBoundary } = await runtime.provide(
      'AWS::IAM::ManagedPolicy',
      { PolicyDocument: allow('sqs:*') },
      { logicalId: 'Boundary' },
    );
    const { attributes } = await runtime.provide('AWS::IAM::Role', {
      AssumeRolePolicyDocument: trust,
      PermissionsBoundary,
      ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'],
    });
    const as = assume(runtime, attributes.Arn);
    await expect(listParameters(runtime, as)).rejects.toThrow('because no permissions boundary allows');
  });

  it('has nothing left of what an earlier template gave it', async () => {
    const runtime = await openRuntime([createSsmModule]);
    const provide = (on: TestRuntime) =>
      on.provide('AWS::IAM::Role', { RoleName: 'r', AssumeRolePolicyDocument: trust });
    const { ref, attributes } = await provide(runtime);
    await runtime.provide('AWS::IAM::Policy', { PolicyName: 'p', PolicyDocument: allow('*'), Roles: [ref] });
    const next = await runtime.restart();
    await provide(next);
    const as = assume(next, attributes.Arn);
    await expect(listParameters(next, as)).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });
});

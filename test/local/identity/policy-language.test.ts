// The policy language: elements, conditions, variables — the documentation's own examples, and properties.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of policy variables
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compilePolicy } from '../../../local/identity/compiled-policy.ts';
import { compileConditions } from '../../../local/identity/condition.ts';
import { matchesExpandedPattern, parsePolicyPattern } from '../../../local/identity/policy-pattern.ts';
import { createKeyLookup } from '../../../local/identity/request-keys.ts';
import type { PolicyStatement } from '../../../local/runtime/service.ts';
import { measureCpu } from '../../measure-cpu.ts';
import { buildPolicy, buildRole, openAccount, roleArn } from './identity-fixture.ts';

async function decide(
  statements: PolicyStatement[],
  action: string,
  resource: string,
  context: Record<string, string | string[]> = {},
  tags = {},
) {
  const { ask, directory } = await openAccount();
  directory.putRole(buildRole({ inlinePolicies: { own: buildPolicy(...statements) }, tags }));
  return ask({ action, resource, context }).allowed;
}

describe('the examples of the IAM documentation', () => {
  const onlyS3: PolicyStatement = { Effect: 'Deny', NotAction: 's3:*', Resource: '*' };
  const allowAll: PolicyStatement = { Effect: 'Allow', Action: '*', Resource: '*' };
  const notAction: PolicyStatement = { Effect: 'Allow', NotAction: 's3:DeleteBucket', Resource: 'arn:aws:s3:::*' };
  const notResource: PolicyStatement[] = [
    {
      Effect: 'Deny',
      Action: 's3:*',
      NotResource: ['arn:aws:s3:::HRBucket/Payroll', 'arn:aws:s3:::HRBucket/Payroll/*'],
    },
    allowAll,
  ];
  const home: PolicyStatement = {
    Effect: 'Allow',
    Action: 's3:*',
    Resource: ['arn:aws:s3:::amzn-s3-demo-bucket/home/${aws:PrincipalTag/department}/*'],
  };
  const wildcardAction: PolicyStatement = {
    Effect: 'Allow',
    Action: 'iam:*AccessKey*',
    Resource: 'arn:aws:iam::*:user/x',
  };

  it.each([
    ['NotAction with Deny leaves the action itself', [onlyS3, allowAll], 's3:GetObject', 'arn:aws:s3:::b/k', true],
    ['NotAction with Deny ends all others', [onlyS3, allowAll], 'ec2:RunInstances', '*', false],
    ['NotAction with Allow gives all others', [notAction], 's3:ListBucket', 'arn:aws:s3:::b', true],
    ['NotAction with Allow leaves the action out', [notAction], 's3:DeleteBucket', 'arn:aws:s3:::b', false],
    ['NotAction with Allow stays with the resource', [notAction], 'sqs:SendMessage', 'arn:aws:sqs:r:1:q', false],
    ['NotResource spares what it names', notResource, 's3:GetObject', 'arn:aws:s3:::HRBucket/Payroll/May', true],
    ['NotResource ends the rest', notResource, 's3:GetObject', 'arn:aws:s3:::HRBucket/Other', false],
    ['an action may hold wildcards', [wildcardAction], 'iam:CreateAccessKey', 'arn:aws:iam::1:user/x', true],
    [
      'an action is compared without regard to case',
      [wildcardAction],
      'IAM:createaccesskey',
      'arn:aws:iam::1:user/x',
      true,
    ],
    [
      'a variable in the resource is filled in',
      [home],
      's3:PutObject',
      'arn:aws:s3:::amzn-s3-demo-bucket/home/cloud/a',
      true,
    ],
    [
      'a variable in the resource binds',
      [home],
      's3:PutObject',
      'arn:aws:s3:::amzn-s3-demo-bucket/home/sales/a',
      false,
    ],
  ])('%s', async (_, statements, action, resource, allowed) => {
    expect(await decide(statements as PolicyStatement[], action, resource, {}, { department: 'cloud' })).toBe(allowed);
  });

  it('a variable without a value matches nothing', async () => {
    expect(await decide([home], 's3:PutObject', 'arn:aws:s3:::amzn-s3-demo-bucket/home//a')).toBe(false);
  });

  it('a variable’s default stands in for a missing value', async () => {
    const resource = "arn:aws:s3:::b/${aws:PrincipalTag/team, 'company-wide'}/*";
    const statement: PolicyStatement = { Effect: 'Allow', Action: 's3:*', Resource: resource };
    expect(await decide([statement], 's3:GetObject', 'arn:aws:s3:::b/company-wide/a')).toBe(true);
  });

  it('a tag that holds a star is no wildcard', async () => {
    expect(
      await decide([home], 's3:PutObject', 'arn:aws:s3:::amzn-s3-demo-bucket/home/sales/a', {}, { department: '*' }),
    ).toBe(false);
  });

  it('a wildcard does not reach over a colon of the ARN', async () => {
    const statement: PolicyStatement = { Effect: 'Allow', Action: 'sqs:*', Resource: 'arn:aws:sqs:*:q' };
    expect(await decide([statement], 'sqs:SendMessage', 'arn:aws:sqs:eu-west-1:1:q')).toBe(false);
  });

  it('a document of the old version takes variables literally', async () => {
    const { ask, directory } = await openAccount();
    const own = {
      Statement: [{ Effect: 'Allow' as const, Action: 's3:*', Resource: 'arn:aws:s3:::b/${aws:RequestedRegion}' }],
    };
    directory.putRole(buildRole({ inlinePolicies: { own } }));
    expect(ask({ action: 's3:GetObject', resource: 'arn:aws:s3:::b/eu-west-1' }).allowed).toBe(false);
    expect(ask({ action: 's3:GetObject', resource: 'arn:aws:s3:::b/${aws:RequestedRegion}' }).allowed).toBe(true);
  });
});

describe('conditions', () => {
  const isMet = (condition: PolicyStatement['Condition'], keys: Record<string, string[]>): boolean =>
    compileConditions(condition, true).every((compiled) => compiled.isMet((key) => keys[key]));

  it.each([
    ['StringEquals is exact', { StringEquals: { k: 'a' } }, { k: ['A'] }, false],
    ['StringEquals takes one of several', { StringEquals: { k: ['a', 'b'] } }, { k: ['b'] }, true],
    ['StringEquals takes a star literally', { StringEquals: { k: 'a*' } }, { k: ['ab'] }, false],
    ['StringEquals wants the key', { StringEquals: { k: 'a' } }, {}, false],
    ['StringEqualsIfExists does not', { StringEqualsIfExists: { k: 'a' } }, {}, true],
    ['StringEqualsIfExists compares a key that is there', { StringEqualsIfExists: { k: 'a' } }, { k: ['b'] }, false],
    ['StringNotEquals excludes each value', { StringNotEquals: { k: ['a', 'b'] } }, { k: ['b'] }, false],
    ['StringNotEquals is met without the key', { StringNotEquals: { k: 'a' } }, {}, true],
    ['StringEqualsIgnoreCase', { StringEqualsIgnoreCase: { k: 'ABC' } }, { k: ['abc'] }, true],
    ['StringLike', { StringLike: { k: 'home/${user}/?*' } }, { k: ['home/ann/x'], user: ['ann'] }, true],
    ['StringNotLike', { StringNotLike: { k: 'a*' } }, { k: ['ab'] }, false],
    ['ArnLike', { ArnLike: { k: 'arn:aws:sns:*:1:t*' } }, { k: ['arn:aws:sns:x:1:topic'] }, true],
    ['ArnLike checks part by part', { ArnLike: { k: 'arn:aws:sns:*:t' } }, { k: ['arn:aws:sns:x:1:t'] }, false],
    ['ArnNotEquals', { ArnNotEquals: { k: 'arn:aws:sns:x:1:t' } }, { k: ['arn:aws:sns:x:1:u'] }, true],
    ['NumericLessThanEquals', { NumericLessThanEquals: { k: '10' } }, { k: ['10'] }, true],
    ['NumericGreaterThan', { NumericGreaterThan: { k: 10 } }, { k: ['9'] }, false],
    ['NumericEquals of no number', { NumericEquals: { k: '0' } }, { k: [''] }, false],
    ['DateGreaterThan', { DateGreaterThan: { k: '2020-01-01T00:00:01Z' } }, { k: ['2020-01-01T00:00:02Z'] }, true],
    [
      'DateLessThan in seconds since the epoch',
      { DateLessThan: { k: '1577836801' } },
      { k: ['2020-01-01T00:00:00Z'] },
      true,
    ],
    ['Bool', { Bool: { k: 'false' } }, { k: ['true'] }, false],
    ['Bool of a JSON boolean', { Bool: { k: true } }, { k: ['true'] }, true],
    ['IpAddress in a range', { IpAddress: { k: '203.0.113.0/24' } }, { k: ['203.0.113.9'] }, true],
    ['IpAddress of version 6', { IpAddress: { k: '2001:db8::/32' } }, { k: ['2001:db8:1::1'] }, true],
    ['NotIpAddress', { NotIpAddress: { k: ['203.0.113.0/24', '127.0.0.1'] } }, { k: ['127.0.0.1'] }, false],
    ['Null true wants no key', { Null: { k: 'true' } }, { k: ['x'] }, false],
    ['Null false wants a key', { Null: { k: 'false' } }, { k: ['x'] }, true],
    ['ForAllValues', { 'ForAllValues:StringEquals': { k: ['a', 'b'] } }, { k: ['a', 'b'] }, true],
    [
      'ForAllValues finds the one outside',
      { 'ForAllValues:StringEquals': { k: ['a', 'b'] } },
      { k: ['a', 'c'] },
      false,
    ],
    ['ForAllValues is met by no value', { 'ForAllValues:StringEquals': { k: 'a' } }, {}, true],
    ['ForAnyValue', { 'ForAnyValue:StringLike': { k: 'b*' } }, { k: ['a', 'bc'] }, true],
    ['ForAnyValue is not met by no value', { 'ForAnyValue:StringEquals': { k: 'a' } }, {}, false],
    ['ForAnyValue negated', { 'ForAnyValue:StringNotEquals': { k: 'a' } }, { k: ['a', 'b'] }, true],
    ['ForAllValues negated', { 'ForAllValues:StringNotEquals': { k: 'a' } }, { k: ['a', 'b'] }, false],
    ['all operators and keys must be met', { StringEquals: { k: 'a', l: 'b' } }, { k: ['a'], l: ['c'] }, false],
  ])('%s', (_, condition, keys, met) => {
    expect(isMet(condition as PolicyStatement['Condition'], keys as Record<string, string[]>)).toBe(met);
  });

  it('with an operator that IAM does not have are refused', () => {
    expect(() => isMet({ StringMatches: { k: 'a' } }, {})).toThrow(
      'policy condition operator StringMatches is unknown',
    );
  });

  it('see the global keys of a request', () => {
    const principal = { kind: 'role' as const, arn: 'arn:aws:sts::1:assumed-role/worker/s', accountId: '1', roleArn };
    const permission = { action: 's3:GetObject', resource: 'arn:aws:s3:::b', context: { 's3:Prefix': 'a' } };
    const find = createKeyLookup({
      principal,
      role: buildRole({ tags: { Team: 'x' } }),
      permission,
      region: 'r',
      now: 0,
    });
    const keys = [
      'aws:principalarn',
      'aws:requestedregion',
      'aws:securetransport',
      'aws:userid',
      's3:prefix',
      'aws:principaltag/team',
      'aws:currenttime',
      'aws:sourcearn',
    ];
    expect(keys.map((key) => find(key)?.[0])).toEqual([
      roleArn,
      'r',
      'true',
      'AROAWORKER:s',
      'a',
      'x',
      '1970-01-01T00:00:00.000Z',
      undefined,
    ]);
  });
});

describe('properties', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 12 });
  const text = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 16 });

  it('a wildcard pattern matches as the regular expression that it stands for', () => {
    fc.assert(
      fc.property(letters, text, (pattern, value) => {
        const expected = new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`).test(value);
        const parsed = parsePolicyPattern(pattern, { wildcards: true, variables: true });
        expect(matchesExpandedPattern(parsed.constant ?? '', value)).toBe(expected);
      }),
    );
  });

  it('a pattern made to blow up regular expressions is judged at once', () => {
    const pattern = parsePolicyPattern('*a'.repeat(200) + 'b', { wildcards: true, variables: false }).constant ?? '';
    const cpu = measureCpu();
    expect(matchesExpandedPattern(pattern, 'a'.repeat(5000))).toBe(false);
    expect(cpu()).toBeLessThan(2000);
  });

  it('adding a deny never allows more, adding an allow never less', async () => {
    const action = fc.constantFrom('s3:GetObject', 's3:PutObject', 's3:*', '*');
    const resource = fc.constantFrom('arn:aws:s3:::a', 'arn:aws:s3:::*', '*');
    const statement = fc.record({
      Effect: fc.constantFrom('Allow' as const, 'Deny' as const),
      Action: action,
      Resource: resource,
    });
    const attempt = {
      principal: { kind: 'role' as const, arn: 'arn:aws:sts::1:assumed-role/worker/s', accountId: '1', roleArn },
      action: 's3:getobject',
      resource: 'arn:aws:s3:::a',
      findKeyValues: () => undefined,
    };
    const { decideAccess } = await import('../../../local/identity/decide-access.ts');
    const allowed = (statements: PolicyStatement[]): boolean =>
      decideAccess(attempt, { identity: [buildPolicy(...statements)], resourcePolicyRequired: false }) === 'allowed';
    fc.assert(
      fc.property(fc.array(statement, { maxLength: 5 }), statement, (statements, extra) => {
        const before = allowed(statements);
        const after = allowed([...statements, extra]);
        expect(extra.Effect === 'Deny' ? !before && after : before && !after).toBe(false);
      }),
    );
  });

  it('a document is compiled once', () => {
    const document = buildPolicy({ Effect: 'Allow', Action: '*', Resource: '*' });
    expect(compilePolicy(document)).toBe(compilePolicy(document));
  });
});

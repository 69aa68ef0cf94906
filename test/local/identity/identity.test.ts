// Policies of several kinds together, as IAM's documentation evaluates them.
import { describe, expect, it } from '@jest/globals';
import { accountId, buildPolicy, buildRole, openAccount, roleArn } from './identity-fixture.ts';

const table = 'arn:aws:dynamodb:eu-west-1:111122223333:table/orders';
const put = { action: 'dynamodb:PutItem', resource: table };
const allowPut = buildPolicy({ Effect: 'Allow', Action: 'dynamodb:PutItem', Resource: table });
const denyPut = buildPolicy({ Effect: 'Deny', Action: 'dynamodb:*', Resource: '*' });
const allowAll = buildPolicy({ Effect: 'Allow', Action: '*', Resource: '*' });
const session = `arn:aws:sts::${accountId}:assumed-role/worker/session`;

describe('what a role may do', () => {
  it('is nothing by default, said in the words of AWS', async () => {
    const { ask, directory } = await openAccount();
    directory.putRole(buildRole());
    expect(ask(put)).toEqual({
      allowed: false,
      message: `User: ${session} is not authorized to perform: dynamodb:PutItem on resource: ${table} because no identity-based policy allows the dynamodb:PutItem action`,
      action: 'dynamodb:PutItem',
      resource: table,
    });
  });

  it('is nothing for a role that the assembly does not have', async () => {
    const { ask } = await openAccount();
    expect(ask(put)).toMatchObject({ allowed: false });
  });

  it('comes from inline, attached and managed policies alike', async () => {
    const { ask, directory } = await openAccount();
    directory.putRole(buildRole({ inlinePolicies: { own: allowPut } }));
    expect(ask(put)).toEqual({ allowed: true });
    directory.putRole(buildRole());
    expect(ask(put)).toMatchObject({ allowed: false });
    directory.putPolicy({ id: 'attached', document: allowPut, roleNames: ['other'] });
    expect(ask(put)).toMatchObject({ allowed: false });
    directory.putPolicy({ id: 'attached', document: allowPut, roleNames: ['other', 'worker'] });
    expect(ask(put)).toEqual({ allowed: true });
    directory.putRole(
      buildRole({ managedPolicyArns: ['arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'] }),
    );
    expect(ask({ action: 'logs:PutLogEvents', resource: 'arn:aws:logs:eu-west-1:1:log-group:g:log-stream:s' })).toEqual(
      {
        allowed: true,
      },
    );
  });

  it('refuses to guess a managed policy that it does not know', async () => {
    const { ask, directory } = await openAccount();
    directory.putRole(buildRole({ managedPolicyArns: ['arn:aws:iam::aws:policy/PowerUserAccess'] }));
    expect(() => ask(put)).toThrow(
      /role worker has the policy arn:aws:iam::aws:policy\/PowerUserAccess, whose document/,
    );
  });

  it.each([
    ['ForAllValues:StringLike', ['mine#1', 'mine#2'], true],
    ['ForAllValues:StringLike', ['mine#1', 'yours#1'], false],
    ['ForAllValues:StringLike', ['mine#1', 'mine#2', 'yours#1'], false],
  ])(
    'is asked for each item of a transaction where a policy looks at items (%s %j)',
    async (operator, items, allowed) => {
      const { identity, worker, directory } = await openAccount();
      const Condition = { [operator]: { 'dynamodb:LeadingKeys': ['mine#*'] } };
      const mine = buildPolicy({ Effect: 'Allow', Action: 'dynamodb:PutItem', Resource: table, Condition });
      directory.putRole(buildRole({ inlinePolicies: { mine } }));
      const permissions = items.map((key) => ({ ...put, context: { 'dynamodb:LeadingKeys': [key] } }));
      const decision = identity.authorize({
        principal: worker,
        permissions,
        region: 'eu-west-1',
        resourcePolicy: () => undefined,
      });
      expect(decision.allowed).toBe(allowed);
    },
  );

  it('is ended by one explicit deny, whoever allows', async () => {
    const { ask, directory } = await openAccount();
    directory.putRole(buildRole({ inlinePolicies: { allowAll, denyPut } }));
    const resourcePolicy = buildPolicy({ Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' });
    expect(ask(put, { resourcePolicy })).toMatchObject({
      allowed: false,
      message: expect.stringMatching(/ with an explicit deny in an identity-based policy$/),
    });
  });

  it('names the resource policy that denies', async () => {
    const { ask, directory } = await openAccount();
    directory.putRole(buildRole({ inlinePolicies: { allowAll } }));
    const resourcePolicy = buildPolicy({
      Effect: 'Deny',
      Principal: { AWS: roleArn },
      Action: 'dynamodb:Put*',
      Resource: '*',
    });
    expect(ask(put, { resourcePolicy })).toMatchObject({
      message: expect.stringMatching(/ with an explicit deny in a resource-based policy$/),
    });
  });

  it.each([
    ['names its session', { AWS: session }, true],
    ['names its role', { AWS: roleArn }, true],
    ['names everybody', '*', true],
    ['names the account, which only delegates', { AWS: `arn:aws:iam::${accountId}:root` }, false],
    ['names another role', { AWS: `arn:aws:iam::${accountId}:role/other` }, false],
    ['names a service', { Service: 'events.amazonaws.com' }, false],
  ])('within one account can come from a resource policy that %s', async (_, principal, allowed) => {
    const { ask, directory } = await openAccount();
    directory.putRole(buildRole());
    const resourcePolicy = buildPolicy({
      Effect: 'Allow',
      Principal: principal,
      Action: 'dynamodb:PutItem',
      Resource: table,
    });
    expect(ask(put, { resourcePolicy }).allowed).toBe(allowed);
  });

  it('stays within the permissions boundary', async () => {
    const { ask, directory } = await openAccount();
    const boundaryArn = `arn:aws:iam::${accountId}:policy/boundary`;
    const reads = buildPolicy({ Effect: 'Allow', Action: 'dynamodb:Get*', Resource: '*' });
    directory.putPolicy({ id: boundaryArn, document: reads, roleNames: [] });
    directory.putRole(buildRole({ inlinePolicies: { allowAll }, boundaryArn }));
    expect(ask({ action: 'dynamodb:GetItem', resource: table })).toEqual({ allowed: true });
    expect(ask(put)).toMatchObject({ message: expect.stringContaining('because no permissions boundary allows') });
    const toRole = buildPolicy({ Effect: 'Allow', Principal: { AWS: roleArn }, Action: '*', Resource: '*' });
    expect(ask(put, { resourcePolicy: toRole }).allowed).toBe(false);
    const toSession = buildPolicy({ Effect: 'Allow', Principal: { AWS: session }, Action: '*', Resource: '*' });
    expect(ask(put, { resourcePolicy: toSession }).allowed).toBe(true);
  });

  it('needs the word of the key policy for a key', async () => {
    const { ask, directory } = await openAccount();
    const decrypt = { action: 'kms:Decrypt', resource: `arn:aws:kms:eu-west-1:${accountId}:key/k` };
    directory.putRole(buildRole({ inlinePolicies: { allowAll } }));
    expect(ask(decrypt)).toMatchObject({ message: expect.stringContaining('because no resource-based policy allows') });
    const delegate = buildPolicy({
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${accountId}:root` },
      Action: 'kms:*',
      Resource: '*',
    });
    expect(ask(decrypt, { resourcePolicy: delegate }).allowed).toBe(true);
    directory.putRole(buildRole());
    expect(ask(decrypt, { resourcePolicy: delegate })).toMatchObject({
      message: expect.stringContaining('because no identity-based policy allows'),
    });
  });
});

describe('what a service may do', () => {
  const invoke = { action: 'lambda:InvokeFunction', resource: `arn:aws:lambda:eu-west-1:${accountId}:function:f` };
  const rule = `arn:aws:events:eu-west-1:${accountId}:rule/bus/r`;
  const permission = (sourceArn: string) =>
    buildPolicy({
      Effect: 'Allow',
      Principal: { Service: 'events.amazonaws.com' },
      Action: 'lambda:InvokeFunction',
      Resource: invoke.resource,
      Condition: { ArnLike: { 'AWS:SourceArn': sourceArn }, StringEquals: { 'aws:SourceAccount': accountId } },
    });

  it('is what the resource allows it, for the source that it names', async () => {
    const { ask, identity } = await openAccount();
    const principal = identity.servicePrincipal('events.amazonaws.com', rule);
    expect(ask(invoke, { principal }).allowed).toBe(false);
    expect(ask(invoke, { principal, resourcePolicy: permission(rule) }).allowed).toBe(true);
    expect(ask(invoke, { principal, resourcePolicy: permission(`${rule}2`) })).toMatchObject({
      message: `User: events.amazonaws.com is not authorized to perform: lambda:InvokeFunction on resource: ${invoke.resource} because no resource-based policy allows the lambda:InvokeFunction action`,
    });
  });

  it('is to assume a role that trusts it', async () => {
    const { identity, directory } = await openAccount();
    const trust = buildPolicy({
      Effect: 'Allow',
      Principal: { Service: 'states.amazonaws.com' },
      Action: 'sts:AssumeRole',
    });
    directory.putRole(buildRole({ trustPolicy: trust }));
    const states = identity.servicePrincipal('states.amazonaws.com', 'arn:aws:states:eu-west-1:1:stateMachine:m');
    expect(identity.assumeRole(roleArn, 'x', states)).toMatchObject({ kind: 'role', roleArn });
    const events = identity.servicePrincipal('events.amazonaws.com', rule);
    expect(() => identity.assumeRole(roleArn, 'x', events)).toThrow(
      `User: events.amazonaws.com is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`,
    );
  });

  it('is to assume a role on behalf of the resources that it trusts only', async () => {
    const { identity, directory } = await openAccount();
    const trust = buildPolicy({
      Effect: 'Allow',
      Principal: { Service: 'states.amazonaws.com' },
      Action: 'sts:AssumeRole',
      Condition: {
        StringEquals: { 'aws:SourceAccount': accountId },
        ArnLike: { 'aws:SourceArn': `arn:aws:states:eu-west-1:${accountId}:stateMachine:*` },
      },
    });
    directory.putRole(buildRole({ trustPolicy: trust }));
    const states = (sourceArn: string) => identity.servicePrincipal('states.amazonaws.com', sourceArn);
    const assume = (region: string) =>
      identity.assumeRole(roleArn, 'x', states(`arn:aws:states:${region}:${accountId}:stateMachine:m`));
    expect(assume('eu-west-1')).toMatchObject({ roleArn });
    expect(() => assume('us-east-1')).toThrow('is not authorized to perform: sts:AssumeRole');
  });
});

describe('credentials', () => {
  it('stand for the same role session after a restart', async () => {
    const first = await openAccount();
    const credentials = first.identity.credentialsFor(roleArn, 'function-a');
    await first.store.close();
    const folder = (first.store.directory('x') as string).replace(/\/x$/, '');
    const second = await openAccount(folder);
    expect(second.identity.credentialsFor(roleArn, 'function-a')).toEqual(credentials);
    expect(second.identity.resolve(credentials.accessKeyId)).toMatchObject({
      kind: 'role',
      roleArn,
      arn: `arn:aws:sts::${accountId}:assumed-role/worker/function-a`,
    });
    expect(second.identity.findSecretAccessKey(credentials.accessKeyId)).toBe(credentials.secretAccessKey);
  });

  it('of nobody here are the operator’s', async () => {
    const { identity, ask } = await openAccount();
    const operator = identity.resolve('AKIAIOSFODNN7EXAMPLE');
    expect(operator.kind).toBe('operator');
    expect(ask(put, { principal: operator })).toEqual({ allowed: true });
  });

  it('that look like ours and are not are refused', async () => {
    const { identity } = await openAccount();
    expect(() => identity.resolve('ASIALOCALAAAAAAAAAAA')).toThrow(
      'The security token included in the request is invalid.',
    );
  });
});

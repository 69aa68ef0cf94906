// Calls between services: guarded by IAM like those over HTTP, and work to the clock.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createVirtualClock, type VirtualClock } from '../../../local/clock/virtual-clock.ts';
import type { AuthorizationRequest, PrincipalResolver } from '../../../local/runtime/authorizer.ts';
import type { RuntimeContext, ServiceModule } from '../../../local/runtime/context.ts';
import { type BuiltContext, createContext } from '../../../local/runtime/create-context.ts';
import type { AwsService, Principal } from '../../../local/runtime/service.ts';
import { openJournalStore } from '../../../local/storage/journal-store.ts';
import type { Store } from '../../../local/storage/store.ts';
import { createMemoryTrace } from '../../../local/trace/memory-trace.ts';

const ROLE: Principal = {
  kind: 'role',
  arn: 'arn:aws:sts::123456789012:assumed-role/reader/session',
  roleArn: 'arn:aws:iam::123456789012:role/reader',
  accountId: '123456789012',
};
const OPERATOR: Principal = {
  kind: 'operator',
  arn: 'arn:aws:iam::123456789012:user/operator',
  accountId: '123456789012',
};
const principals: PrincipalResolver = {
  resolve: () => OPERATOR,
  findSecretAccessKey: () => undefined,
  assumeRole: () => ROLE,
  servicePrincipal: (service, sourceArn) => ({ kind: 'service', arn: service, accountId: '123456789012', sourceArn }),
  credentialsFor: () => ({ accessKeyId: 'a', secretAccessKey: 's', sessionToken: 't' }),
};

let clock: VirtualClock;
let store: Store;
let directory: string;
beforeEach(async () => {
  clock = createVirtualClock();
  directory = await mkdtemp(join(tmpdir(), 'context-'));
  store = await openJournalStore(directory);
});
afterEach(async () => {
  clock.stop();
  await store.close();
  await rm(directory, { recursive: true });
});

function build(
  modules: ((context: RuntimeContext) => ServiceModule)[],
  authorize: (request: AuthorizationRequest) => ReturnType<AuthorizerFunction> = () => ({ allowed: true }),
): BuiltContext {
  return createContext({
    clock,
    store,
    trace: createMemoryTrace(clock),
    accountId: '123456789012',
    region: 'eu-west-1',
    modules,
    createIdentity: () => ({ authorizer: { authorize }, principals }),
    endpointUrl: () => 'http://127.0.0.1:1',
  });
}
type AuthorizerFunction = import('../../../local/runtime/authorizer.ts').Authorizer['authorize'];

function toy(operations: AwsService['operations'], more: Partial<AwsService> = {}) {
  return (): ServiceModule => ({
    services: [{ id: 'dynamodb', signingName: 'dynamodb', loadSdk: async () => ({}), operations, ...more }],
    providers: [],
  });
}

const GET_ITEM = {
  authorize: (input: { TableName: string }) => [
    { action: 'dynamodb:GetItem', resource: `arn:aws:dynamodb:eu-west-1:123456789012:table/${input.TableName}` },
  ],
  handle: (input: { TableName: string }) => ({ Item: { from: { S: input.TableName } } }),
};
const CALL = {
  service: 'dynamodb',
  operation: 'GetItem',
  input: { TableName: 'orders' },
  principal: ROLE,
  region: 'eu-west-1',
};

describe('context', () => {
  it('hands a call of one service to another', async () => {
    const { context } = build([toy({ GetItem: GET_ITEM })]);
    expect(await context.call(CALL)).toEqual({ Item: { from: { S: 'orders' } } });
  });

  it('refuses what IAM denies in the wording of the authorizer and traces who was denied what', async () => {
    const message = `User: ${ROLE.arn} is not authorized to perform: dynamodb:GetItem`;
    const resource = 'arn:aws:dynamodb:eu-west-1:123456789012:table/orders';
    const { context } = build([toy({ GetItem: GET_ITEM })], () => ({
      allowed: false,
      message,
      action: 'dynamodb:GetItem',
      resource,
    }));
    await expect(context.call(CALL)).rejects.toMatchObject({ code: 'AccessDeniedException', message });
    const denied = await context.trace.waitFor(({ name }) => name === 'access-denied');
    expect(denied).toMatchObject({ subject: ROLE.roleArn, details: { action: 'dynamodb:GetItem', resource } });
  });

  it("asks the resource's own service for its policy", async () => {
    const policy = { Statement: [] };
    const asked: unknown[] = [];
    const { context } = build([toy({ GetItem: GET_ITEM }, { resourcePolicy: () => policy })], (request) => {
      asked.push(request.resourcePolicy('arn:aws:dynamodb:eu-west-1:123456789012:table/orders'));
      asked.push(request.resourcePolicy('arn:aws:s3:::bucket'));
      return { allowed: true };
    });
    await context.call(CALL);
    expect(asked).toEqual([policy, undefined]);
  });

  it("names an operation that nobody emulates by AWS's own error", async () => {
    const { context } = build([toy({})]);
    await expect(context.call(CALL)).rejects.toMatchObject({ code: 'UnknownOperationException' });
    await expect(context.call({ ...CALL, service: 's3' })).rejects.toMatchObject({ code: 'UnknownOperationException' });
  });

  it('refuses two modules that claim the same service', () => {
    expect(() => build([toy({}), toy({})])).toThrow(/two modules claim the service id "dynamodb"/);
  });

  it('keeps the clock from skipping a call, unless the call itself waits for the clock', async () => {
    const order: string[] = [];
    const slow = {
      authorize: () => [],
      handle: async () => {
        await new Promise((resolve) => setTimeout(resolve, 40));
        order.push('answered');
        return {};
      },
    };
    const poll = {
      waitsOnClock: true,
      authorize: () => [],
      handle: async () => {
        await clock.sleep(20_000);
        order.push('polled');
        return {};
      },
    };
    const { context } = build([toy({ GetItem: slow, Query: poll })]);
    const calls = [context.call(CALL), context.call({ ...CALL, operation: 'Query' })];
    clock.at(clock.now() + 60_000, () => order.push('a minute later'));
    await clock.advance(120_000);
    await Promise.all(calls);
    expect(order).toEqual(['answered', 'polled', 'a minute later']);
  });

  it("puts an AWS service's own event on the default bus without asking IAM", async () => {
    const put: unknown[] = [];
    const bus = () => ({
      services: [
        {
          id: 'eventbridge',
          signingName: 'events',
          loadSdk: async () => ({}),
          operations: {
            PutEvents: {
              authorize: () => [{ action: 'events:PutEvents', resource: '*' }],
              handle: (input: object) => {
                put.push(input);
                return {};
              },
            },
          },
        },
      ],
      providers: [],
    });
    const { context } = build([bus], () => ({ allowed: false, message: 'no', action: 'a', resource: 'r' }));
    await context.publishAwsEvent({
      source: 'aws.s3',
      detailType: 'Object Created',
      region: 'eu-west-1',
      resources: ['arn:aws:s3:::b'],
      detail: { bucket: { name: 'b' } },
    });
    expect(put).toMatchObject([
      { Entries: [{ Source: 'aws.s3', DetailType: 'Object Created', Detail: '{"bucket":{"name":"b"}}' }] },
    ]);
  });
});

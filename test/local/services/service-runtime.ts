// A runtime of a few services without HTTP: the real clock, store, trace, context and IAM.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from '@jest/globals';
import { createVirtualClock, type VirtualClock } from '../../../local/clock/virtual-clock.ts';
import { createIdentity } from '../../../local/identity/identity.ts';
import { type Endpoint, openEndpoint } from '../../../local/protocol/endpoint.ts';
import type { PrincipalResolver } from '../../../local/runtime/authorizer.ts';
import type { CreateServiceModule, RuntimeContext } from '../../../local/runtime/context.ts';
import { createContext } from '../../../local/runtime/create-context.ts';
import type { ResourceAttributes } from '../../../local/runtime/resource.ts';
import type { PolicyStatement, Principal } from '../../../local/runtime/service.ts';
import { createIamModule } from '../../../local/services/iam/module.ts';
import { openJournalStore } from '../../../local/storage/journal-store.ts';
import { createMemoryTrace } from '../../../local/trace/memory-trace.ts';

export const accountId = '111122223333';
export const region = 'eu-west-1';
/** Of a runtime that does not listen. */
const silentUrl = 'http://127.0.0.1:4566';

export interface TestRuntime {
  readonly context: RuntimeContext;
  readonly clock: VirtualClock;
  readonly principals: PrincipalResolver;
  readonly operator: Principal;
  /** As the operator in the primary region, unless told otherwise. */
  call<Output extends object = Record<string, never>>(
    service: string,
    operation: string,
    input: object,
    options?: { as?: Principal; region?: string },
  ): Promise<Output>;
  provide(
    type: string,
    properties: Record<string, unknown>,
    options?: { logicalId?: string; region?: string },
  ): Promise<ResourceAttributes>;
  /** A role with these permissions, which a state machine may have too. */
  createRole(name: string, ...statements: PolicyStatement[]): Promise<Principal>;
  /** Opens the HTTP endpoint; resolves with its URL. */
  listen(): Promise<string>;
  start(): Promise<void>;
  /** Closes this runtime and opens another one on what it left. */
  restart(): Promise<TestRuntime>;
}

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

export async function openRuntime(
  modules: readonly CreateServiceModule[],
  folder = mkdtempSync(join(tmpdir(), 'services-')),
  offsetMilliseconds = 0,
): Promise<TestRuntime> {
  const clock = createVirtualClock({ standsStill: true, offsetMilliseconds });
  const store = await openJournalStore(folder);
  const trace = createMemoryTrace(clock);
  let endpoint: Endpoint | undefined;
  const { context, registry, runner, principals } = createContext({
    clock,
    store,
    trace,
    accountId,
    region,
    modules: [...modules, createIamModule],
    createIdentity,
    endpointUrl: () => endpoint?.url ?? silentUrl,
  });
  let isOpen = true;
  const close = async () => {
    if (!isOpen) return;
    isOpen = false;
    await endpoint?.close();
    for (const service of registry.services()) await service.stop?.();
    clock.stop();
    await store.close();
  };
  closers.push(close);
  const operator = principals.resolve('AKIAIOSFODNN7EXAMPLE');
  const provide: TestRuntime['provide'] = async (type, properties, options = {}) => {
    const provider = registry.findProvider(type);
    if (provider === undefined) throw new Error(`no provider of ${type}`);
    const stack = { name: 'app', region: options.region ?? region, accountId, assemblyDirectory: folder };
    return provider.create({ logicalId: options.logicalId ?? 'Thing', type, properties, metadata: {}, stack });
  };
  return {
    context,
    clock,
    principals,
    operator,
    call: (service, operation, input, options = {}) =>
      context.call({ service, operation, input, principal: options.as ?? operator, region: options.region ?? region }),
    provide,
    createRole: async (name, ...statements) => {
      const trust = { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'states.amazonaws.com' } };
      const document = { Version: '2012-10-17', Statement: statements };
      const { attributes } = await provide('AWS::IAM::Role', {
        RoleName: name,
        AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [trust] },
        Policies: [{ PolicyName: 'own', PolicyDocument: document }],
      });
      return principals.resolve(context.credentialsFor(String(attributes.Arn), 'test').accessKeyId);
    },
    listen: async () => {
      endpoint = await openEndpoint(0, { clock, trace, registry, runner, principals });
      return endpoint.url;
    },
    start: async () => {
      for (const service of registry.services()) await service.start?.();
    },
    restart: async () => {
      const offset = clock.offset();
      await close();
      return openRuntime(modules, folder, offset);
    },
  };
}

// S3 as clients meet it: behind the HTTP endpoint, with the real context and IAM.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { afterEach } from '@jest/globals';
import { createVirtualClock, type VirtualClock } from '../../../../local/clock/virtual-clock.ts';
import { createIdentity } from '../../../../local/identity/identity.ts';
import { openEndpoint } from '../../../../local/protocol/endpoint.ts';
import type { CreateServiceModule, RuntimeContext } from '../../../../local/runtime/context.ts';
import { createContext } from '../../../../local/runtime/create-context.ts';
import type { ResourceAttributes } from '../../../../local/runtime/resource.ts';
import type { PolicyStatement } from '../../../../local/runtime/service.ts';
import { createIamModule } from '../../../../local/services/iam/module.ts';
import { createS3Module } from '../../../../local/services/s3/module.ts';
import { openJournalStore } from '../../../../local/storage/journal-store.ts';
import { createMemoryTrace } from '../../../../local/trace/memory-trace.ts';
import type { Trace } from '../../../../local/trace/trace.ts';

export const ACCOUNT_ID = '111122223333';
export const REGION = 'eu-west-1';

export interface S3Runtime {
  readonly context: RuntimeContext;
  readonly clock: VirtualClock;
  readonly trace: Trace;
  readonly folder: string;
  readonly client: S3Client;
  clientFor(options: { region?: string; roleArn?: string }): S3Client;
  provide(
    type: string,
    properties: object,
    options?: { region?: string; logicalId?: string },
  ): Promise<ResourceAttributes>;
  /** A role with these permissions; gives its ARN. */
  createRole(name: string, ...statements: PolicyStatement[]): Promise<string>;
  stop(): Promise<void>;
  restart(): Promise<S3Runtime>;
}

const running = new Set<() => Promise<void>>();
afterEach(async () => {
  for (const stop of running) await stop();
});

export async function startS3(
  options: { folder?: string; offsetMilliseconds?: number; modules?: readonly CreateServiceModule[] } = {},
): Promise<S3Runtime> {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 's3-'));
  const clock = createVirtualClock({ standsStill: true, offsetMilliseconds: options.offsetMilliseconds ?? 0 });
  const store = await openJournalStore(folder);
  const trace = createMemoryTrace(clock);
  let url = '';
  const { context, registry, runner, principals } = createContext({
    clock,
    store,
    trace,
    accountId: ACCOUNT_ID,
    region: REGION,
    modules: [createS3Module, createIamModule, ...(options.modules ?? [])],
    createIdentity,
    endpointUrl: () => url,
  });
  const endpoint = await openEndpoint(0, { clock, trace, registry, runner, principals });
  url = endpoint.url;
  for (const service of registry.services()) await service.start?.();
  const clients: S3Client[] = [];
  const clientFor: S3Runtime['clientFor'] = ({ region = REGION, roleArn }) => {
    const credentials = roleArn
      ? context.credentialsFor(roleArn, 'session')
      : { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'secret' };
    const client = new S3Client({ endpoint: url, region, credentials, maxAttempts: 1 });
    clients.push(client);
    return client;
  };
  const stop = async () => {
    if (!running.delete(stop)) return;
    for (const client of clients) client.destroy();
    await endpoint.close();
    for (const service of registry.services()) await service.stop?.();
    clock.stop();
    await store.close();
  };
  running.add(stop);
  const provide: S3Runtime['provide'] = (type, properties, { region = REGION, logicalId = 'Thing' } = {}) => {
    const provider = registry.findProvider(type);
    if (!provider) throw new Error(`no provider of ${type}`);
    const stack = { name: 'app', region, accountId: ACCOUNT_ID, assemblyDirectory: folder };
    return provider.create({ logicalId, type, properties: properties as Record<string, unknown>, metadata: {}, stack });
  };
  return {
    context,
    clock,
    trace,
    folder,
    client: clientFor({}),
    clientFor,
    provide,
    async createRole(name, ...statements) {
      const { attributes } = await provide('AWS::IAM::Role', {
        RoleName: name,
        AssumeRolePolicyDocument: {
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 's3.amazonaws.com' } }],
        },
        Policies: [{ PolicyName: 'own', PolicyDocument: { Version: '2012-10-17', Statement: statements } }],
      });
      return String(attributes.Arn);
    },
    stop,
    async restart() {
      const offsetMilliseconds = clock.offset();
      await stop();
      return startS3({ ...options, folder, offsetMilliseconds });
    },
  };
}

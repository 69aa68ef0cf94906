// A runtime with nothing but toy services: what a client sends is remembered, what the test says is answered.
import { createVirtualClock, type VirtualClock } from '../../../local/clock/virtual-clock.ts';
import { openEndpoint } from '../../../local/protocol/endpoint.ts';
import type { PrincipalResolver } from '../../../local/runtime/authorizer.ts';
import { createOperationRunner } from '../../../local/runtime/operation-runner.ts';
import type { AwsService, CallContext, Principal } from '../../../local/runtime/service.ts';
import { ServiceRegistry } from '../../../local/runtime/service-registry.ts';
import { createMemoryTrace } from '../../../local/trace/memory-trace.ts';
import type { Trace } from '../../../local/trace/trace.ts';

export interface ToyRuntime {
  readonly url: string;
  readonly clock: VirtualClock;
  readonly trace: Trace;
  /** For the constructor of any SDK client. */
  readonly clientConfiguration: {
    endpoint: string;
    region: string;
    credentials: { accessKeyId: string; secretAccessKey: string };
    maxAttempts: number;
  };
  stop(): Promise<void>;
}

export interface Received {
  readonly operation: string;
  readonly input: Record<string, unknown>;
  readonly call: CallContext;
}

const ACCOUNT_ID = '123456789012';

/** A service whose operations all go to one function. */
export function buildToyService(
  id: string,
  signingName: string,
  loadSdk: () => Promise<object>,
  operationNames: readonly string[],
  answer: (received: Received) => Promise<object> | object,
): AwsService {
  const operations = Object.fromEntries(
    operationNames.map((operation) => [
      operation,
      {
        authorize: () => [],
        handle: (input: Record<string, unknown>, call: CallContext) => answer({ operation, input, call }),
      },
    ]),
  );
  return { id, signingName, loadSdk: loadSdk as AwsService['loadSdk'], operations };
}

export async function startToyRuntime(...services: AwsService[]): Promise<ToyRuntime> {
  const clock = createVirtualClock();
  const trace = createMemoryTrace(clock);
  const registry = new ServiceRegistry();
  registry.add({ services, providers: [] });
  const runner = createOperationRunner({
    registry,
    clock,
    trace,
    accountId: ACCOUNT_ID,
    authorizer: { authorize: () => ({ allowed: true }) },
  });
  const endpoint = await openEndpoint(0, { clock, trace, registry, runner, principals });
  return {
    url: endpoint.url,
    clock,
    trace,
    clientConfiguration: {
      endpoint: endpoint.url,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'AKIAOPERATOR', secretAccessKey: 'secret' },
      maxAttempts: 1,
    },
    async stop() {
      await endpoint.close();
      clock.stop();
    },
  };
}

const principals: PrincipalResolver = {
  resolve: (accessKeyId): Principal =>
    accessKeyId === 'ASIAROLE'
      ? {
          kind: 'role',
          arn: 'arn:aws:sts::123456789012:assumed-role/r/s',
          accountId: ACCOUNT_ID,
          roleArn: 'arn:aws:iam::123456789012:role/r',
        }
      : { kind: 'operator', arn: 'arn:aws:iam::123456789012:user/operator', accountId: ACCOUNT_ID },
  findSecretAccessKey: () => undefined,
  assumeRole: () => {
    throw new Error('no roles here');
  },
  servicePrincipal: () => {
    throw new Error('no services here');
  },
  credentialsFor: () => {
    throw new Error('no credentials here');
  },
};

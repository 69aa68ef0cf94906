// A runtime of a few services for their tests: real store and trace, a clock that stands still, calls dispatched in-process, no IAM.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PutMetricDataCommandInput } from '@aws-sdk/client-cloudwatch';
import { createVirtualClock, type VirtualClock } from '../../../local/clock/virtual-clock.ts';
import type { ApiCall, CreateServiceModule, RuntimeContext, ServiceModule } from '../../../local/runtime/context.ts';
import { Precedence } from '../../../local/runtime/precedence.ts';
import type { ResolvedResource, ResourceAttributes } from '../../../local/runtime/resource.ts';
import { AwsError, type AwsService, type Principal } from '../../../local/runtime/service.ts';
import { openJournalStore } from '../../../local/storage/journal-store.ts';
import { createMemoryTrace } from '../../../local/trace/memory-trace.ts';

export const ACCOUNT_ID = '111122223333';
export const REGION = 'eu-central-1';

const OPERATOR: Principal = {
  kind: 'operator',
  arn: `arn:aws:iam::${ACCOUNT_ID}:user/operator`,
  accountId: ACCOUNT_ID,
};

type FakeOperation = (input: never, call: ApiCall) => object | Promise<object>;

export interface ServiceHarness {
  readonly context: RuntimeContext;
  readonly clock: VirtualClock;
  readonly directory: string;
  /** Calls to services that the harness does not run, in order. */
  readonly calls: readonly ApiCall[];
  /** Sums of what the services told CloudWatch, by `<namespace> <metric> <dimension values>`. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Makes a call as the operator. */
  call<Output = Record<string, unknown>>(service: string, operation: string, input: object): Promise<Output>;
  create(type: string, logicalId: string, properties: object, metadata?: object): Promise<ResourceAttributes>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Runs the modules; calls to other services go to `fakes[<service>.<operation>]` or answer `{}`. */
export async function createServiceHarness(
  createModules: readonly CreateServiceModule[],
  options: {
    directory?: string;
    fakes?: Readonly<Record<string, FakeOperation>>;
    assemblyDirectory?: string;
    now?: number;
  } = {},
): Promise<ServiceHarness> {
  const directory = options.directory ?? mkdtempSync(join(tmpdir(), 'service-harness-'));
  const clock = createVirtualClock({
    standsStill: true,
    offsetMilliseconds: options.now === undefined ? 0 : options.now - Date.now(),
  });
  const store = await openJournalStore(directory);
  const trace = createMemoryTrace(clock);
  const calls: ApiCall[] = [];
  const services = new Map<string, AwsService>();
  const metrics: Record<string, number> = {};
  const measure = ({ Namespace, MetricData = [] }: PutMetricDataCommandInput): void => {
    for (const { MetricName, Dimensions = [], StatisticValues } of MetricData) {
      const key = [Namespace, MetricName, ...Dimensions.map(({ Value }) => Value)].join(' ');
      metrics[key] = (metrics[key] ?? 0) + (StatisticValues?.Sum ?? 0);
    }
  };
  const dispatch = async (call: ApiCall): Promise<object> => {
    const service = services.get(call.service);
    if (!service) {
      if (call.operation === 'PutMetricData') {
        measure(call.input as PutMetricDataCommandInput);
        return {};
      }
      calls.push(call);
      return (await options.fakes?.[`${call.service}.${call.operation}`]?.(call.input as never, call)) ?? {};
    }
    const operation = service.operations[call.operation];
    if (!operation) throw new AwsError('UnknownOperationException', `no operation ${call.operation}`);
    const callContext = { ...call, accountId: ACCOUNT_ID, requestId: crypto.randomUUID() };
    operation.authorize(call.input as never, callContext);
    return operation.handle(call.input as never, callContext);
  };
  const context: RuntimeContext = {
    clock,
    store,
    trace,
    precedence: new Precedence(),
    accountId: ACCOUNT_ID,
    region: REGION,
    endpointUrl: () => 'http://127.0.0.1:9',
    call: (call) => dispatch(call) as never,
    assumeRole: (roleArn, sessionName) => ({
      kind: 'role',
      arn: `${roleArn.replace(':iam:', ':sts:').replace(':role/', ':assumed-role/')}/${sessionName}`,
      accountId: ACCOUNT_ID,
      roleArn,
    }),
    servicePrincipal: (service, sourceArn) => ({ kind: 'service', arn: service, accountId: ACCOUNT_ID, sourceArn }),
    credentialsFor: () => ({ accessKeyId: 'ASIATEST', secretAccessKey: 'secret', sessionToken: 'token' }),
    publishAwsEvent: async () => undefined,
  };
  const modules: ServiceModule[] = createModules.map((create) => create(context));
  for (const service of modules.flatMap((module) => module.services)) services.set(service.id, service);
  const providers = new Map(modules.flatMap((module) => module.providers).map((provider) => [provider.type, provider]));
  return {
    context,
    clock,
    directory,
    calls,
    metrics,
    call: (service, operation, input) =>
      dispatch({ service, operation, input, principal: OPERATOR, region: REGION }) as never,
    create(type, logicalId, properties, metadata = {}) {
      const provider = providers.get(type);
      if (!provider) throw new Error(`no provider of ${type}`);
      const resource: ResolvedResource = {
        type,
        logicalId,
        properties: properties as Record<string, unknown>,
        metadata: metadata as Record<string, unknown>,
        stack: {
          name: 'Test',
          region: REGION,
          accountId: ACCOUNT_ID,
          assemblyDirectory: options.assemblyDirectory ?? directory,
        },
      };
      return provider.create(resource);
    },
    async start() {
      for (const service of services.values()) await service.start?.();
    },
    async stop() {
      for (const service of services.values()) await service.stop?.();
      clock.stop();
      await store.close();
    },
  };
}

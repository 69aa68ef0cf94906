// Starts the runtime on a cloud assembly: state, services, endpoint, resources, then whatever a crash interrupted.
import { deployAssembly } from '../assembly/deploy-assembly.ts';
import { readAssembly } from '../assembly/read-assembly.ts';
import { STACK_TABLE, type StackRecord } from '../assembly/stack-record.ts';
import { createVirtualClock } from '../clock/virtual-clock.ts';
import { Identity } from '../identity/identity.ts';
import { createControlApi } from '../protocol/control-api.ts';
import { type Endpoint, openEndpoint } from '../protocol/endpoint.ts';
import { openJournalStore } from '../storage/journal-store.ts';
import { createMemoryTrace } from '../trace/memory-trace.ts';
import type { RuntimeContext } from './context.ts';
import { createContext } from './create-context.ts';
import { lockStateDirectory } from './lock-state-directory.ts';
import { listServiceModules } from './service-modules.ts';

export interface RuntimeOptions {
  /** The folder that `cdk synth` wrote. */
  readonly assemblyDirectory: string;
  /** Where all state is kept; created when missing. */
  readonly stateDirectory: string;
  /** Of the AWS endpoint; 0 takes a free one. */
  readonly port: number;
  /** Of the assembly's first HTTP API; a free one when absent. */
  readonly apiPort?: number;
  /** Of stacks that are not bound to an account or a region. */
  readonly accountId?: string;
  readonly region?: string;
  /** Values of template parameters. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Told once the endpoint's URL and the context exist, before any resource does. */
  onContext?(context: RuntimeContext): void;
  /** Awaited when every resource exists and before anything that a crash interrupted goes on: whatever that needs can be started here. */
  beforeResumption?(deployed: { readonly context: RuntimeContext; readonly endpointUrl: string }): Promise<void>;
}

export interface DeployedResource {
  readonly type: string;
  /** What `Ref` gives. */
  readonly physicalId: string;
}

export interface Runtime {
  readonly endpointUrl: string;
  readonly context: RuntimeContext;
  /** Resolves when somebody asked for the end through the control API. */
  readonly stopRequested: Promise<void>;
  /** Throws when the stack has no such resource. */
  resource(stackName: string, logicalId: string): DeployedResource;
  /** The stack's outputs by key. Throws when there is no such stack. */
  outputs(stackName: string): Readonly<Record<string, string>>;
  /** Lets work reach a safe point, then frees everything. May be called more than once. */
  stop(): Promise<void>;
}

const LOCAL_ACCOUNT_ID = '123456789012';
const LOCAL_REGION = 'us-east-1';
const CLOCK_OFFSET = 'offset-milliseconds';

/** Rejects, with nothing left running, when the assembly cannot be run: see the error for what and why. */
export async function startRuntime(options: RuntimeOptions): Promise<Runtime> {
  const cleanUps: (() => Promise<void> | void)[] = [];
  const cleanUp = async () => {
    const failures: unknown[] = [];
    for (let undo = cleanUps.pop(); undo; undo = cleanUps.pop()) {
      try {
        await undo();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0)
      throw new AggregateError(failures, `the runtime did not stop cleanly: ${failures.join('; ')}`);
  };
  try {
    return await start(options, cleanUps, cleanUp);
  } catch (error) {
    await cleanUp();
    throw error;
  }
}

async function start(
  options: RuntimeOptions,
  cleanUps: (() => Promise<void> | void)[],
  cleanUp: () => Promise<void>,
): Promise<Runtime> {
  const accountId = options.accountId ?? LOCAL_ACCOUNT_ID;
  const region = options.region ?? process.env.AWS_REGION ?? LOCAL_REGION;
  const stacks = readAssembly(options.assemblyDirectory, { accountId, region });

  const lock = await lockStateDirectory(options.stateDirectory);
  cleanUps.push(() => lock.release());
  const store = await openJournalStore(options.stateDirectory);
  cleanUps.push(() => store.close());
  const clockTable = store.table<number>('runtime/clock');
  const clock = createVirtualClock({
    offsetMilliseconds: clockTable.get(CLOCK_OFFSET) ?? 0,
    onOffsetChange: (offset) => clockTable.put(CLOCK_OFFSET, offset),
  });
  cleanUps.push(() => clock.stop());
  const trace = createMemoryTrace(clock);
  if (store.tornTailBytes > 0) {
    recordOwn('journal-tail-discarded', options.stateDirectory, { bytes: store.tornTailBytes });
  }

  let endpoint: Endpoint | undefined;
  const { context, registry, runner, principals } = createContext({
    clock,
    store,
    trace,
    accountId,
    region: options.region ?? stacks[0]?.region ?? region,
    modules: listServiceModules(options.apiPort === undefined ? {} : { apiPort: options.apiPort }),
    createIdentity: (built) => {
      const identity = new Identity({ store: built.store, clock, accountId });
      return { authorizer: identity, principals: identity };
    },
    endpointUrl: () => endpoint?.url ?? '',
  });

  let state: 'starting' | 'ready' | 'failed' = 'starting';
  const ready = Promise.withResolvers<void>();
  const stopRequested = Promise.withResolvers<void>();
  const records = () => [...store.table<StackRecord>(STACK_TABLE).values()];
  const handleOther = createControlApi({
    clock,
    trace,
    status: () => ({ state, region: context.region, accountId, stacks: stacks.map(({ name }) => name) }),
    resources: () => records().flatMap(({ name, resources }) => resources.map((one) => ({ stack: name, ...one }))),
    stop: stopRequested.resolve,
  });
  endpoint = await openEndpoint(options.port, {
    clock,
    trace,
    registry,
    runner,
    principals,
    ready: ready.promise,
    handleOther,
  });
  cleanUps.push(() => endpoint?.close());
  const { url: endpointUrl } = endpoint;
  options.onContext?.(context);

  cleanUps.push(async () => {
    // What services stop may still call others, so all stay up until each has stopped.
    for (const service of [...registry.services()].reverse()) await service.stop?.();
  });
  const parameters = options.parameters ?? {};
  await deployAssembly({ context, stacks, parameters, findProvider: (type) => registry.findProvider(type) });
  await options.beforeResumption?.({ context, endpointUrl });
  for (const service of registry.services()) await service.start?.();
  state = 'ready';
  ready.resolve();
  recordOwn('ready', endpointUrl, { stacks: stacks.map(({ name }) => name) });

  function recordOwn(name: string, subject: string, details: Record<string, unknown>): void {
    trace.record({ service: 'runtime', name, subject, details });
  }

  function getStack(name: string): StackRecord {
    const names = new Set(stacks.map((stack) => stack.name));
    const found = records().find((record) => record.name === name);
    if (found) return found;
    throw new Error(`the assembly has no stack "${name}": there are ${[...names].join(', ')}`);
  }

  let stopping: Promise<void> | undefined;
  return {
    endpointUrl,
    context,
    stopRequested: stopRequested.promise,
    resource(stackName, logicalId) {
      const { resources } = getStack(stackName);
      const found = resources.find((one) => one.logicalId === logicalId);
      if (found) return { type: found.type, physicalId: found.physicalId };
      const known = resources.map((one) => one.logicalId).join(', ');
      throw new Error(`stack "${stackName}" has no resource "${logicalId}": there are ${known}`);
    },
    outputs: (stackName) => Object.fromEntries(getStack(stackName).outputs.map(({ key, value }) => [key, value])),
    stop() {
      stopping ??= cleanUp();
      return stopping;
    },
  };
}

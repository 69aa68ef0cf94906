// Builds what services are handed: clock, store, trace, and calls to each other that IAM guards.
import type { Clock } from '../clock/clock.ts';
import type { Store } from '../storage/store.ts';
import type { Trace } from '../trace/trace.ts';
import type { Authorizer, PrincipalResolver } from './authorizer.ts';
import type { ApiCall, CreateServiceModule, RuntimeContext } from './context.ts';
import { createOperationRunner, type OperationRunner } from './operation-runner.ts';
import { Precedence } from './precedence.ts';
import { AwsError } from './service.ts';
import { ServiceRegistry } from './service-registry.ts';

export interface ContextOptions {
  readonly clock: Clock;
  readonly store: Store;
  readonly trace: Trace;
  readonly accountId: string;
  readonly region: string;
  readonly modules: readonly CreateServiceModule[];
  /** Builds IAM's side; it may use the context for what it stores. */
  createIdentity(context: RuntimeContext): { readonly authorizer: Authorizer; readonly principals: PrincipalResolver };
  endpointUrl(): string;
}

export interface BuiltContext {
  readonly context: RuntimeContext;
  readonly registry: ServiceRegistry;
  readonly runner: OperationRunner;
  readonly principals: PrincipalResolver;
}

/** Builds the context and every service module on it. */
export function createContext(options: ContextOptions): BuiltContext {
  const { clock, trace, accountId, region } = options;
  const registry = new ServiceRegistry();

  async function call<Output extends object>(apiCall: ApiCall): Promise<Output> {
    return (await runner.run(findOperation(registry, apiCall))) as Output;
  }

  async function publishAwsEvent(event: Parameters<RuntimeContext['publishAwsEvent']>[0]): Promise<void> {
    // Without an event bus on the machine nobody could have listened.
    if (!registry.findById('eventbridge')) return;
    const entry = {
      Source: event.source,
      DetailType: event.detailType,
      Resources: [...event.resources],
      Detail: JSON.stringify(event.detail),
      Time: new Date(clock.now()),
    };
    const principal = {
      kind: 'service',
      arn: event.source.replace(/^aws\./, '') + '.amazonaws.com',
      accountId,
    } as const;
    const input = { Entries: [entry] };
    await runner.runUnguarded(
      findOperation(registry, {
        service: 'eventbridge',
        operation: 'PutEvents',
        input,
        principal,
        region: event.region,
      }),
    );
  }

  const context: RuntimeContext = {
    clock,
    // A flush is work: time must not be skipped while somebody waits for the disk.
    store: { ...bindStore(options.store), flush: () => clock.work(options.store.flush()) },
    trace,
    precedence: new Precedence(),
    accountId,
    region,
    endpointUrl: options.endpointUrl,
    call,
    assumeRole: (roleArn, sessionName, assumedBy) => principals.assumeRole(roleArn, sessionName, assumedBy),
    servicePrincipal: (service, sourceArn) => principals.servicePrincipal(service, sourceArn),
    credentialsFor: (roleArn, sessionName) => principals.credentialsFor(roleArn, sessionName),
    publishAwsEvent,
  };
  const { authorizer, principals } = options.createIdentity(context);
  const runner = createOperationRunner({ registry, authorizer, clock, trace, accountId });
  for (const createModule of options.modules) registry.add(createModule(context));
  return { context, registry, runner, principals };
}

function findOperation(registry: ServiceRegistry, apiCall: ApiCall) {
  const service = registry.findById(apiCall.service);
  const operation = service?.operations[apiCall.operation];
  if (!service || !operation) {
    throw new AwsError('UnknownOperationException', `${apiCall.service}:${apiCall.operation} is not available here`, {
      status: 404,
    });
  }
  const { input, principal, region, signal } = apiCall;
  return { service, operation, operationName: apiCall.operation, input, principal, region, ...(signal && { signal }) };
}

function bindStore(store: Store): Store {
  return {
    table: (name) => store.table(name),
    flush: () => store.flush(),
    directory: (name) => store.directory(name),
    close: () => store.close(),
  };
}

// AWS Lambda: real bundles in warm processes, synchronous and asynchronous invocation, queues as event sources.
import type { CreateServiceModule } from '../../runtime/context.ts';
import { AsynchronousQueue } from './asynchronous/asynchronous-queue.ts';
import { EventSourceMappings } from './event-source/event-source-mappings.ts';
import { FunctionRegistry } from './function-registry.ts';
import { Invoker } from './invocation/invoker.ts';
import { createInvoke } from './operations/invoke.ts';
import { createReadOperations } from './operations/read-functions.ts';
import { createAliasProvider } from './providers/alias.ts';
import { createEventInvokeConfigProvider } from './providers/event-invoke-config.ts';
import { createEventSourceMappingProvider } from './providers/event-source-mapping.ts';
import { createFunctionProvider } from './providers/function.ts';
import { createPermissionProvider } from './providers/permission.ts';
import { createVersionProvider } from './providers/version.ts';

export const createLambdaModule: CreateServiceModule = (context) => {
  const registry = new FunctionRegistry();
  const invoker = new Invoker(context);
  const queue = new AsynchronousQueue(context, registry, invoker);
  const eventSources = new EventSourceMappings(context, registry, invoker);
  return {
    services: [
      {
        id: 'lambda',
        signingName: 'lambda',
        loadSdk: () => import('@aws-sdk/client-lambda') as Promise<unknown> as Promise<Record<string, unknown>>,
        operations: { Invoke: createInvoke(registry, invoker, queue), ...createReadOperations(registry) },
        resourcePolicy: (arn) => registry.findPolicy(arn),
        async start() {
          queue.start();
          eventSources.start();
        },
        async stop() {
          queue.stop();
          eventSources.stop();
          await invoker.stop();
        },
      },
    ],
    providers: [
      createFunctionProvider(context, registry),
      createPermissionProvider(registry),
      createEventInvokeConfigProvider(registry),
      createVersionProvider(registry),
      createAliasProvider(registry),
      createEventSourceMappingProvider(eventSources),
    ],
  };
};

// AWS Step Functions: state machines in JSONata, their executions, and the API to both.
import type { CreateServiceModule } from '../../runtime/context.ts';
import { ServiceMetrics } from '../../runtime/service-metrics.ts';
import { createEngine } from './engine/engine.ts';
import { ExecutionRegistry } from './executions/execution-registry.ts';
import { ExpressExecutions } from './express-executions.ts';
import { createIntegrationInvoker } from './integrations/invoke-integration.ts';
import { createExecutionOperations } from './operations/execution-operations.ts';
import { createStateMachineOperations } from './operations/state-machine-operations.ts';
import { createTaskOperations } from './operations/task-operations.ts';
import { createTestStateOperations } from './operations/test-state-operations.ts';
import { createValidationOperations } from './operations/validation-operations.ts';
import { createStateMachineProvider } from './providers/state-machine-provider.ts';
import { StateMachineRegistry } from './state-machines/state-machine-registry.ts';
import type { StatesParts } from './states-parts.ts';

export const createStatesModule: CreateServiceModule = (context) => {
  const stateMachines = new StateMachineRegistry(context);
  const metrics = new ServiceMetrics(context, { namespace: 'AWS/States', servicePrincipal: 'states.amazonaws.com' });
  const engine = createEngine({
    clock: context.clock,
    invokeTask: createIntegrationInvoker(context, () => executions),
    reportFault: (error, executionArn) =>
      context.trace.record({
        service: 'states',
        name: 'engine-failed',
        subject: executionArn,
        details: { message: (error as Error).stack ?? String(error) },
      }),
  });
  const executions: ExecutionRegistry = new ExecutionRegistry(context, engine, stateMachines, metrics);
  const parts: StatesParts = {
    engine,
    stateMachines,
    executions,
    express: new ExpressExecutions(context, engine, stateMachines, metrics),
  };
  return {
    services: [
      {
        id: 'sfn',
        signingName: 'states',
        loadSdk: () => import('@aws-sdk/client-sfn'),
        operations: {
          ...createStateMachineOperations(context, parts),
          ...createExecutionOperations(context, parts),
          ...createTaskOperations(context, parts),
          ...createValidationOperations(),
          ...createTestStateOperations(context, parts),
        },
        start: async () => executions.resumeAll(),
        async stop() {
          metrics.stop();
          await executions.suspendAll();
          await engine.close();
        },
      },
    ],
    providers: [createStateMachineProvider(context, stateMachines)],
  };
};

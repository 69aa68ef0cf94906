// The parts of the service that its operations work with.
import type { Engine } from './engine/engine.ts';
import type { ExecutionRegistry } from './executions/execution-registry.ts';
import type { ExpressExecutions } from './express-executions.ts';
import type { StateMachineRegistry } from './state-machines/state-machine-registry.ts';

export interface StatesParts {
  readonly engine: Engine;
  readonly stateMachines: StateMachineRegistry;
  readonly executions: ExecutionRegistry;
  readonly express: ExpressExecutions;
}

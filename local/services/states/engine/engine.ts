// The interpreter of the Amazon States Language: what all executions share.
import type { Clock } from '../../../clock/clock.ts';
import { createEvaluator, type Evaluator } from './expression/evaluator.ts';
import { PendingTasks } from './pending-tasks.ts';
import type { TaskInvoker } from './task-invoker.ts';
import { WorkMeter } from './work-meter.ts';

export interface EngineOptions {
  readonly clock: Clock;
  readonly invokeTask: TaskInvoker;
  /** Numbers in [0, 1), for jitter. */
  readonly random?: () => number;
  readonly evaluationLimitMilliseconds?: number;
  /** Told of faults of the engine itself; the execution fails with States.Runtime. */
  readonly reportFault?: (error: unknown, executionArn: string) => void;
}

export interface Engine {
  readonly clock: Clock;
  readonly invokeTask: TaskInvoker;
  readonly random: () => number;
  readonly evaluator: Evaluator;
  readonly meter: WorkMeter;
  readonly pendingTasks: PendingTasks;
  reportFault(error: unknown, executionArn: string): void;
  /** Ends the threads that evaluate expressions. */
  close(): Promise<void>;
}

/** An engine without executions: create an ExecutionRun to start one. */
export function createEngine(options: EngineOptions): Engine {
  const evaluator = createEvaluator({
    now: () => options.clock.now(),
    ...(options.evaluationLimitMilliseconds === undefined
      ? {}
      : { timeLimitMilliseconds: options.evaluationLimitMilliseconds }),
  });
  return {
    clock: options.clock,
    invokeTask: options.invokeTask,
    random: options.random ?? Math.random,
    evaluator,
    meter: new WorkMeter(options.clock),
    pendingTasks: new PendingTasks(),
    reportFault: options.reportFault ?? (() => undefined),
    close: () => evaluator.close(),
  };
}

// Express executions: in memory only, at most once, and gone when they end.
import { randomUUID } from 'node:crypto';
import type { StartExecutionOutput, StartSyncExecutionOutput } from '@aws-sdk/client-sfn';
import type { RuntimeContext } from '../../runtime/context.ts';
import type { ServiceMetrics } from '../../runtime/service-metrics.ts';
import type { Engine } from './engine/engine.ts';
import { ExecutionRun } from './engine/execution-run.ts';
import type { Json } from './engine/json.ts';
import { createMemoryJournal } from './engine/memory-journal.ts';
import { measureExecution } from './executions/measure-execution.ts';
import { traceEvent } from './executions/trace-events.ts';
import type { StateMachineRecord } from './state-machines/state-machine-record.ts';
import type { StateMachineRegistry } from './state-machines/state-machine-registry.ts';

export class ExpressExecutions {
  readonly #context: RuntimeContext;
  readonly #engine: Engine;
  readonly #stateMachines: StateMachineRegistry;
  readonly #metrics: ServiceMetrics;

  constructor(context: RuntimeContext, engine: Engine, stateMachines: StateMachineRegistry, metrics: ServiceMetrics) {
    this.#metrics = metrics;
    this.#context = context;
    this.#engine = engine;
    this.#stateMachines = stateMachines;
  }

  start(stateMachine: StateMachineRecord, name: string, input: string): StartExecutionOutput {
    const run = this.#createRun(stateMachine, name, input);
    return { executionArn: run.description.arn, startDate: new Date(run.description.startedAtMilliseconds) };
  }

  /** Runs it to its end; a failed execution is an answer, not an error. */
  async run(stateMachine: StateMachineRecord, name: string, input: string): Promise<StartSyncExecutionOutput> {
    const run = this.#createRun(stateMachine, name, input);
    const result = await run.done;
    const status = result.status === 'ABORTED' ? 'FAILED' : result.status;
    return {
      executionArn: run.description.arn,
      stateMachineArn: stateMachine.arn,
      name,
      startDate: new Date(run.description.startedAtMilliseconds),
      stopDate: new Date(this.#context.clock.now()),
      status,
      input,
      inputDetails: { included: true },
      ...('output' in result ? { output: JSON.stringify(result.output), outputDetails: { included: true } } : {}),
      ...('error' in result ? { error: result.error } : {}),
      ...('cause' in result ? { cause: result.cause } : {}),
      billingDetails: { billedMemoryUsedInMB: 64, billedDurationInMilliseconds: 100 },
    };
  }

  #createRun(stateMachine: StateMachineRecord, name: string, input: string): ExecutionRun {
    const arn = `${stateMachine.arn.replace(':stateMachine:', ':express:')}:${name}:${randomUUID()}`;
    const journal = createMemoryJournal({ keepsEvents: false });
    const run = new ExecutionRun(
      this.#engine,
      {
        arn,
        name,
        stateMachineArn: stateMachine.arn,
        stateMachineName: stateMachine.name,
        roleArn: stateMachine.roleArn,
        input: JSON.parse(input) as Json,
        startedAtMilliseconds: this.#context.clock.now(),
        redriveCount: 0,
      },
      this.#stateMachines.parse(stateMachine.definition),
      { ...journal, record: (event) => traceEvent(this.#context.trace, arn, event) },
    );
    run.begin();
    run.resume();
    this.#measure(stateMachine, run);
    return run;
  }
  #measure({ arn }: StateMachineRecord, run: ExecutionRun): void {
    const startedAtMilliseconds = this.#context.clock.now();
    const execution = { stateMachineArn: arn, startedAtMilliseconds, redriveCount: 0 };
    measureExecution(this.#metrics, { ...execution, status: 'RUNNING' });
    run.done.then(({ status }) =>
      measureExecution(this.#metrics, { ...execution, status, stoppedAtMilliseconds: this.#context.clock.now() }),
    );
  }
}

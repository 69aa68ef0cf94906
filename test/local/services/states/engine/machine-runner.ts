// Runs definitions on an engine in memory, with tasks played by functions and time that is moved by hand.
import { createVirtualClock, type VirtualClock } from '../../../../../local/clock/virtual-clock.ts';
import { parseDefinition } from '../../../../../local/services/states/engine/definition/parse-definition.ts';
import { createEngine, type Engine } from '../../../../../local/services/states/engine/engine.ts';
import { ExecutionRun } from '../../../../../local/services/states/engine/execution-run.ts';
import type { ExecutionResult, Journal } from '../../../../../local/services/states/engine/journal.ts';
import type { Json } from '../../../../../local/services/states/engine/json.ts';
import { createMemoryJournal, type MemoryJournal } from '../../../../../local/services/states/engine/memory-journal.ts';
import type { TaskHandle } from '../../../../../local/services/states/engine/task-invoker.ts';

export type Task = (args: never, handle: TaskHandle) => unknown;
export const TASK = 'arn:aws:states:::test:task';

export interface MachineRunner {
  readonly clock: VirtualClock;
  readonly engine: Engine;
  /** Every task start, in order. */
  readonly started: { resource: string; args: Json; at: number }[];
  start(states: object | string, input?: Json, options?: { startAt?: string; timeoutSeconds?: number }): RunningMachine;
  run(states: object | string, input?: Json): Promise<ExecutionResult>;
  close(): Promise<void>;
}

export interface RunningMachine {
  readonly run: ExecutionRun;
  readonly journal: MemoryJournal;
  readonly done: Promise<ExecutionResult>;
  types(): string[];
}

let executions = 0;

/** Runs machines on a clock that stands still between `advance`s; where a call itself takes time, `timePasses`. */
export function createMachineRunner(
  tasks: Record<string, Task> = {},
  {
    timePasses = false,
    ...options
  }: { random?: () => number; evaluationLimitMilliseconds?: number; timePasses?: boolean } = {},
): MachineRunner {
  const clock = createVirtualClock({ standsStill: !timePasses });
  const started: MachineRunner['started'] = [];
  const engine = createEngine({
    clock,
    ...options,
    async invokeTask(resource, args, handle) {
      started.push({ resource, args, at: clock.now() });
      const task = tasks[resource] ?? tasks[resource.split(':').at(-1) ?? ''];
      if (!task) throw new Error(`no task for ${resource}`);
      return task(args as never, handle);
    },
  });
  const start: MachineRunner['start'] = (states, input = {}, { startAt, timeoutSeconds } = {}) => {
    const definition = buildDefinition(states, startAt, timeoutSeconds);
    const { machine, diagnostics } = parseDefinition(definition);
    if (!machine) throw new Error(JSON.stringify(diagnostics));
    const journal = createMemoryJournal();
    const run = new ExecutionRun(engine, describe(input, clock.now()), machine, journal as Journal);
    run.begin();
    run.resume();
    return { run, journal, done: run.done, types: () => journal.events.map(({ type }) => type) };
  };
  return {
    clock,
    engine,
    started,
    start,
    run: (states, input) => start(states, input).done,
    async close() {
      await engine.close();
      clock.stop();
    },
  };
}

/** `states` of a machine, or a whole definition as text; the first state starts it. */
function buildDefinition(states: object | string, startAt?: string, timeoutSeconds?: number): string {
  if (typeof states === 'string') return states;
  return JSON.stringify({
    QueryLanguage: 'JSONata',
    StartAt: startAt ?? Object.keys(states)[0],
    ...(timeoutSeconds === undefined ? {} : { TimeoutSeconds: timeoutSeconds }),
    States: states,
  });
}

function describe(input: Json, now: number) {
  executions += 1;
  const name = `execution-${executions}`;
  return {
    arn: `arn:aws:states:eu-central-1:111122223333:execution:Machine:${name}`,
    name,
    stateMachineArn: 'arn:aws:states:eu-central-1:111122223333:stateMachine:Machine',
    stateMachineName: 'Machine',
    roleArn: 'arn:aws:iam::111122223333:role/machine',
    input,
    startedAtMilliseconds: now,
    redriveCount: 0,
  };
}

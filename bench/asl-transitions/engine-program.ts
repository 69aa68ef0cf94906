// Our side: the interpreter with its journal in memory.
import { createVirtualClock } from '../../local/clock/virtual-clock.ts';
import { parseDefinition } from '../../local/services/states/engine/definition/parse-definition.ts';
import type { StateMachine } from '../../local/services/states/engine/definition/state-machine.ts';
import { createEngine } from '../../local/services/states/engine/engine.ts';
import { ExecutionRun } from '../../local/services/states/engine/execution-run.ts';
import { createMemoryJournal } from '../../local/services/states/engine/memory-journal.ts';
import { serveRounds } from '../contestant.ts';
import { isRightOutput, jsonataDefinition, machineInput, playTask, transitionCount } from './machines.ts';
import { measureTransitions } from './measure-transitions.ts';

const clock = createVirtualClock();
const engine = createEngine({ clock, invokeTask: async (_resource, item) => playTask(item) });
const machine = parseMachine();
let executions = 0;

function parseMachine(): StateMachine {
  const { machine: parsed, diagnostics } = parseDefinition(JSON.stringify(jsonataDefinition));
  if (!parsed) throw new Error(`the machine is not valid: ${JSON.stringify(diagnostics)}`);
  return parsed;
}

async function execute(): Promise<void> {
  executions += 1;
  const name = `execution-${executions}`;
  const description = {
    arn: `arn:aws:states:us-east-1:123456789012:execution:Bench:${name}`,
    name,
    stateMachineArn: 'arn:aws:states:us-east-1:123456789012:stateMachine:Bench',
    stateMachineName: 'Bench',
    roleArn: 'arn:aws:iam::123456789012:role/bench',
    input: machineInput,
    startedAtMilliseconds: clock.now(),
    redriveCount: 0,
  };
  const run = new ExecutionRun(engine, description, machine, createMemoryJournal());
  run.begin();
  run.resume();
  const result = await run.done;
  if (result.status !== 'SUCCEEDED' || !isRightOutput(result.output)) throw new Error(JSON.stringify(result));
}

serveRounds(
  (milliseconds: number) => measureTransitions(execute, transitionCount, milliseconds),
  async () => {
    await engine.close();
    clock.stop();
  },
);

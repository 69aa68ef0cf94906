// The peer: aws-local-stepfunctions, with its checks of the definition done once and its tasks played in the process as ours are.
import { readSettings, serveRounds } from '../contestant.ts';
import { isRightOutput, jsonPathDefinition, machineInput, playTask, transitionCount } from './machines.ts';
import { measureTransitions } from './measure-transitions.ts';

interface AwsLocalStepFunctions {
  readonly StateMachine: new (
    definition: object,
  ) => { run(input: object, options: object): { readonly result: Promise<unknown> } };
}

const { module } = readSettings<{ readonly module: string }>();
const { StateMachine } = (await import(module)) as AwsLocalStepFunctions;
const machine = new StateMachine(jsonPathDefinition);
const overrides = { taskResourceLocalHandlers: { Work: async (item: unknown) => playTask(item) } };

async function execute(): Promise<void> {
  const output = await machine.run(machineInput, { overrides }).result;
  if (!isRightOutput(output)) throw new Error(`the machine gave ${JSON.stringify(output)}`);
}

serveRounds((milliseconds: number) => measureTransitions(execute, transitionCount, milliseconds));

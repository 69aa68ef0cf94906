// Step Functions on a real clock, store and trace, with the services around it played by functions.
import { createStatesModule } from '../../../../local/services/states/module.ts';
import { ACCOUNT_ID, createServiceHarness, REGION, type ServiceHarness } from '../service-harness.ts';

type Fakes = NonNullable<Parameters<typeof createServiceHarness>[1]>['fakes'];

export const ROLE_ARN = `arn:aws:iam::${ACCOUNT_ID}:role/machine`;
export const FUNCTION_ARN = `arn:aws:lambda:${REGION}:${ACCOUNT_ID}:function:work`;

export interface StatesHarness extends ServiceHarness {
  /** Creates the machine of these states under that name and gives its ARN. */
  machine(states: object, name?: string, type?: 'STANDARD' | 'EXPRESS'): Promise<string>;
  sfn<Output = Record<string, unknown>>(operation: string, input: object): Promise<Output>;
  /** Starts an execution and gives its ARN. */
  startMachine(states: object, input?: unknown): Promise<string>;
  /** Waits for the end and describes it. */
  ended(executionArn: string): Promise<Description>;
  history(executionArn: string): Promise<HistoryEvent[]>;
}

export interface Description {
  readonly status: string;
  readonly output?: string;
  readonly error?: string;
  readonly cause?: string;
  readonly redriveCount: number;
  readonly redriveStatus: string;
}

export interface HistoryEvent {
  readonly id: number;
  readonly type: string;
  readonly previousEventId: number;
  readonly timestamp: Date;
  readonly [details: string]: unknown;
}

export async function openStates(fakes: Fakes = {}, directory?: string): Promise<StatesHarness> {
  const harness = await createServiceHarness([createStatesModule], {
    fakes,
    ...(directory === undefined ? {} : { directory }),
  });
  const sfn: StatesHarness['sfn'] = (operation, input) => harness.call('sfn', operation, input);
  let machines = 0;
  const machine: StatesHarness['machine'] = async (states, name, type) => {
    machines += 1;
    const { stateMachineArn } = await sfn<{ stateMachineArn: string }>('CreateStateMachine', {
      name: name ?? `machine-${machines}`,
      roleArn: ROLE_ARN,
      definition: define(states),
      ...(type === undefined ? {} : { type }),
    });
    return stateMachineArn;
  };
  return {
    ...harness,
    sfn,
    machine,
    async startMachine(states, input = {}) {
      const stateMachineArn = await machine(states);
      const { executionArn } = await sfn<{ executionArn: string }>('StartExecution', {
        stateMachineArn,
        input: JSON.stringify(input),
      });
      return executionArn;
    },
    async ended(executionArn) {
      await harness.context.trace.waitFor(
        ({ name, details }) =>
          /^execution-(succeeded|failed|timed-out|aborted)$/.test(name) && details.executionArn === executionArn,
      );
      await harness.context.store.flush();
      return sfn('DescribeExecution', { executionArn });
    },
    async history(executionArn) {
      return (await sfn<{ events: HistoryEvent[] }>('GetExecutionHistory', { executionArn, maxResults: 1_000 })).events;
    },
  };
}

export function define(states: object, rest: object = {}): string {
  return JSON.stringify({ QueryLanguage: 'JSONata', StartAt: Object.keys(states)[0], States: states, ...rest });
}

/** Answers of `lambda.Invoke`. */
export function lambdaAnswer(payload: unknown, functionError?: string) {
  return {
    StatusCode: 200,
    ExecutedVersion: '$LATEST',
    Payload: Buffer.from(JSON.stringify(payload)),
    ...(functionError === undefined ? {} : { FunctionError: functionError }),
  };
}

export const lambdaInput = (input: { Payload: Uint8Array }) => JSON.parse(Buffer.from(input.Payload).toString());

// Runs a state machine on the local engine and a real ledger table; its functions are stubs that keep the contracts.
import { readFileSync } from 'node:fs';
import type * as z from 'zod/mini';
import { ledgerKeys } from '../../contracts/ledger.ts';
import type { CreateServiceModule } from '../../local/runtime/context.ts';
import { createDynamodbModule } from '../../local/services/dynamodb/module.ts';
import { createStatesModule } from '../../local/services/states/module.ts';
import { createServiceHarness, type ServiceHarness } from '../local/services/service-harness.ts';

/** Thrown by a stub: the function's error as Step Functions sees it. */
export class FunctionFailure extends Error {
  constructor(name: string, message = 'made to fail') {
    super(message);
    this.name = name;
  }
}

/** A task's input after it was checked against its contract. */
export type StubInput = Readonly<Record<string, unknown>>;
export type Stub = (input: StubInput, harness: WorkflowHarness) => unknown;

export interface FunctionCall {
  readonly name: string;
  readonly input: Record<string, unknown>;
}

export interface WorkflowHarness {
  readonly calls: FunctionCall[];
  /** Events that were published, by detail-type. */
  readonly events: { readonly type: string; readonly detail: Record<string, unknown> }[];
  readonly services: ServiceHarness;
  /** So many calls of the bus fail from now on. */
  failEvents: number;
  start(input: object, name?: string): Promise<string>;
  /** Runs until the execution has ended, skipping all waiting. */
  run(input: object, name?: string): Promise<ExecutionEnd>;
  end(executionArn: string): Promise<ExecutionEnd>;
}

export interface ExecutionEnd {
  readonly status: string;
  readonly output: Record<string, unknown> | undefined;
  readonly error: string | undefined;
  readonly cause: string | undefined;
}

const pascalCase = (name: string): string =>
  name.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** Input and output of a function. */
interface TaskContract {
  readonly input: z.ZodMiniType;
  readonly output: z.ZodMiniType;
}

/** Opens the state machine `name`, with `stubs` in the place of the functions of `taskContracts`. */
export async function openStateMachine(
  name: string,
  taskContracts: Readonly<Record<string, TaskContract>>,
  stubs: Readonly<Record<string, Stub>>,
  /** Further services beside Step Functions and DynamoDB. */
  modules: readonly CreateServiceModule[] = [],
): Promise<WorkflowHarness> {
  const calls: FunctionCall[] = [];
  const events: { type: string; detail: Record<string, unknown> }[] = [];

  const services = await createServiceHarness([createStatesModule, createDynamodbModule, ...modules], {
    fakes: {
      'lambda.Invoke': async ({ FunctionName, Payload }: { FunctionName: string; Payload: Uint8Array }) => {
        const name = FunctionName.split(':').at(-1) ?? '';
        const contract = taskContracts[name];
        const stub = stubs[name];
        if (contract === undefined || stub === undefined) throw new Error(`no stub for ${name}`);
        const sent = Object.entries(JSON.parse(Buffer.from(Payload).toString('utf8')) as object);
        const input = contract.input.parse(Object.fromEntries(sent.filter(([, value]) => value !== null)));
        calls.push({ name, input: input as Record<string, unknown> });
        try {
          const output: unknown = await stub(input as StubInput, harness);
          return answer(contract.output.parse(output));
        } catch (error) {
          const { name: errorType, message: errorMessage } = error as Error;
          return { ...answer({ errorType, errorMessage, trace: [] }), FunctionError: 'Unhandled' };
        }
      },
      'eventbridge.PutEvents': ({ Entries }: { Entries: { DetailType: string; Detail: string }[] }) => {
        harness.failEvents -= 1;
        if (harness.failEvents >= 0) throw new Error('the bus is down');
        for (const { DetailType, Detail } of Entries) events.push({ type: DetailType, detail: JSON.parse(Detail) });
        return { FailedEntryCount: 0, Entries: Entries.map(() => ({ EventId: 'id' })) };
      },
    },
  });
  const functionArns = Object.keys(taskContracts).map((name) => [
    `${pascalCase(name)}FunctionArn`,
    `arn:aws:lambda:eu-central-1:111122223333:function:${name}`,
  ]);
  await services.create('AWS::DynamoDB::Table', 'Ledger', {
    TableName: 'ledger',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [ledgerKeys.partition, ledgerKeys.sort].map((AttributeName) => ({
      AttributeName,
      AttributeType: 'S',
    })),
    KeySchema: [
      { AttributeName: ledgerKeys.partition, KeyType: 'HASH' },
      { AttributeName: ledgerKeys.sort, KeyType: 'RANGE' },
    ],
  });
  const { attributes } = await services.create('AWS::StepFunctions::StateMachine', 'Machine', {
    StateMachineName: name,
    RoleArn: `arn:aws:iam::111122223333:role/${name}`,
    DefinitionString: readFileSync(`state-machines/${name}.asl.json`, 'utf8'),
    DefinitionSubstitutions: {
      ...Object.fromEntries(functionArns),
      LedgerTableName: 'ledger',
      EventBusName: 'bus',
      SnapshotOwner: 'automation',
      BackUpDatabaseWorkflowArn: 'arn:aws:states:eu-central-1:111122223333:stateMachine:back-up-database',
    },
  });
  await services.start();

  const harness: WorkflowHarness = {
    calls,
    events,
    services,
    failEvents: 0,
    async start(input, executionName) {
      const { executionArn } = await services.call<{ executionArn: string }>('sfn', 'StartExecution', {
        stateMachineArn: attributes.Arn,
        input: JSON.stringify(input),
        ...(executionName === undefined ? {} : { name: executionName }),
      });
      return executionArn;
    },
    async run(input, executionName) {
      return await harness.end(await harness.start(input, executionName));
    },
    async end(executionArn) {
      for (let round = 0; round < 60; round += 1) {
        const found = await services.call<Record<string, string>>('sfn', 'DescribeExecution', { executionArn });
        if (found.status !== 'RUNNING') {
          const { status = '', output, error, cause } = found;
          return { status, output: output === undefined ? undefined : JSON.parse(output), error, cause };
        }
        await services.clock.advance(30 * 60_000);
      }
      throw new Error(`the execution has not ended: last called ${calls.at(-1)?.name ?? 'nothing'}`);
    },
  };
  return harness;
}

function answer(payload: unknown): { StatusCode: number; Payload: Buffer } {
  return { StatusCode: 200, Payload: Buffer.from(JSON.stringify(payload)) };
}

// Runs promote-release.asl.json on the local engine and a real ledger table; its functions are stubs that keep the contracts.
import { readFileSync } from 'node:fs';
import { ledgerKeys } from '../../contracts/ledger.ts';
import * as tasks from '../../contracts/workflows/promote-release.ts';
import { createDynamodbModule } from '../../local/services/dynamodb/module.ts';
import { createStatesModule } from '../../local/services/states/module.ts';
import { buildPromotion, buildService } from '../core/promotion/promotion-builder.ts';
import { createServiceHarness, type ServiceHarness } from '../local/services/service-harness.ts';

export const taskContracts = {
  'plan-promotion': tasks.planPromotionTask,
  'await-build': tasks.awaitBuildTask,
  'resolve-images': tasks.resolveImagesTask,
  'evaluate-gates': tasks.evaluateGatesTask,
  'acquire-leases': tasks.acquireLeasesTask,
  'commit-promotion': tasks.commitPromotionTask,
  'read-rollout': tasks.readRolloutTask,
  'run-smoke-tests': tasks.runSmokeTestsTask,
  'report-progress': tasks.reportProgressTask,
  'record-outcome': tasks.recordOutcomeTask,
  'release-leases': tasks.releaseLeasesTask,
};
export type TaskName = keyof typeof taskContracts;

/** Thrown by a stub: the function's error as Step Functions sees it. */
export class FunctionFailure extends Error {
  constructor(name: string, message = 'made to fail') {
    super(message);
    this.name = name;
  }
}

/** A task's input after it was checked against its contract. */
export type StubInput = Readonly<Record<string, unknown>>;
type Stub = (input: StubInput, harness: WorkflowHarness) => unknown;

export interface FunctionCall {
  readonly name: TaskName;
  readonly input: Record<string, unknown>;
}

export interface WorkflowHarness {
  readonly calls: FunctionCall[];
  /** Events that were published, by detail-type. */
  readonly events: { readonly type: string; readonly detail: Record<string, unknown> }[];
  readonly services: ServiceHarness;
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

const service = buildService();
/** A promotion that goes well. */
export const happyStubs: Record<TaskName, Stub> = {
  'plan-promotion': ({ promotionId, executionArn, startedAt }) => ({
    outcome: 'promote',
    reason: 'api-gateway to dev: 1 changed file',
    promotion: buildPromotion({
      promotionId: String(promotionId),
      executionArn: String(executionArn),
      startedAt: String(startedAt),
    }),
  }),
  'await-build': async ({ taskToken }, { services }) => {
    const output = JSON.stringify({ conclusion: 'success', url: 'https://github.example/run/1' });
    await services.call('sfn', 'SendTaskSuccess', { taskToken, output });
    return { answered: true };
  },
  'resolve-images': () => ({ services: [service] }),
  'evaluate-gates': () => ({ outcome: 'passed', reason: 'all gates passed', verdicts: [] }),
  'acquire-leases': () => ({
    outcome: 'acquired',
    reason: 'leased',
    services: [service],
    leases: [{ service: service.name, fencingToken: 1 }],
  }),
  'commit-promotion': () => ({
    outcome: 'committed',
    revision: 'c'.repeat(40),
    url: 'https://github.example/commit/c',
  }),
  'read-rollout': () => ({ status: 'healthy', words: 'api-gateway runs 2 of 2 pods', pollSeconds: 2 }),
  'run-smoke-tests': () => ({ passed: true, words: '2 smoke tests passed', results: [] }),
  'report-progress': () => ({ deploymentId: 42, problems: [] }),
  'record-outcome': ({ reason, failure }) => ({
    reason: reason ?? (failure as { error: string } | undefined)?.error ?? 'api-gateway is healthy in dev',
    recorded: [],
  }),
  'release-leases': () => ({ released: ['api-gateway'] }),
};

const pascalCase = (name: string): string =>
  name.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** `overrides` replace what single functions do. */
export async function openWorkflow(overrides: Partial<Record<TaskName, Stub>> = {}): Promise<WorkflowHarness> {
  const calls: FunctionCall[] = [];
  const events: { type: string; detail: Record<string, unknown> }[] = [];
  const stubs = { ...happyStubs, ...overrides };

  const services = await createServiceHarness([createStatesModule, createDynamodbModule], {
    fakes: {
      'lambda.Invoke': async ({ FunctionName, Payload }: { FunctionName: string; Payload: Uint8Array }) => {
        const name = FunctionName.split(':').at(-1) as TaskName;
        const sent = Object.entries(JSON.parse(Buffer.from(Payload).toString('utf8')) as object);
        const input = taskContracts[name].input.parse(Object.fromEntries(sent.filter(([, value]) => value !== null)));
        calls.push({ name, input: input as Record<string, unknown> });
        try {
          const output: unknown = await stubs[name](input as StubInput, harness);
          return answer(taskContracts[name].output.parse(output));
        } catch (error) {
          const { name: errorType, message: errorMessage } = error as Error;
          return { ...answer({ errorType, errorMessage, trace: [] }), FunctionError: 'Unhandled' };
        }
      },
      'eventbridge.PutEvents': ({ Entries }: { Entries: { DetailType: string; Detail: string }[] }) => {
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
  const { attributes } = await services.create('AWS::StepFunctions::StateMachine', 'PromoteRelease', {
    StateMachineName: 'promote-release',
    RoleArn: 'arn:aws:iam::111122223333:role/promote-release',
    DefinitionString: readFileSync('state-machines/promote-release.asl.json', 'utf8'),
    DefinitionSubstitutions: {
      ...Object.fromEntries(functionArns),
      LedgerTableName: 'ledger',
      EventBusName: 'bus',
    },
  });
  await services.start();

  const harness: WorkflowHarness = {
    calls,
    events,
    services,
    async start(input, name) {
      const { executionArn } = await services.call<{ executionArn: string }>('sfn', 'StartExecution', {
        stateMachineArn: attributes.Arn,
        input: JSON.stringify(input),
        ...(name === undefined ? {} : { name }),
      });
      return executionArn;
    },
    async run(input, name) {
      return await harness.end(await harness.start(input, name));
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

/** A push as it comes from the bus. */
export function pushEvent(eventId = 'delivery-1'): object {
  return {
    version: '0',
    id: 'bus-id',
    source: 'github.com',
    'detail-type': 'push',
    detail: {
      metadata: {
        eventId,
        correlationId: 'pyairtable/pyairtable@aaaa',
        occurredAt: '2026-11-23T20:00:00.000Z',
        actor: 'ada',
      },
      payload: { ref: 'refs/heads/develop' },
    },
  };
}

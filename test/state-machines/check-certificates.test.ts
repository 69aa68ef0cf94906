// Runs every path of check-certificates on the local engine and a real ledger table; its functions are stubs that keep the contracts.
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from '@jest/globals';
import { certificateReportRecord } from '../../contracts/ledger/certificates.ts';
import { ledgerKey, ledgerKeys } from '../../contracts/ledger.ts';
import { checkCertificatesTask, listCertificatesTask } from '../../contracts/workflows/check-certificates.ts';
import { createDynamodbModule } from '../../local/services/dynamodb/module.ts';
import { createStatesModule } from '../../local/services/states/module.ts';
import { createServiceHarness, type ServiceHarness } from '../local/services/service-harness.ts';

const tasks = { 'list-certificates': listCertificatesTask, 'check-certificates': checkCertificatesTask };
type TaskName = keyof typeof tasks;
type Stubs = Record<TaskName, (input: Record<string, unknown>) => unknown>;

let services: ServiceHarness;
afterEach(() => services.stop());

async function run(stubs: Stubs, input: object) {
  const calls: { name: TaskName; input: Record<string, unknown> }[] = [];
  services = await createServiceHarness([createStatesModule, createDynamodbModule], {
    fakes: {
      'lambda.Invoke': ({ FunctionName, Payload }: { FunctionName: string; Payload: Uint8Array }) => {
        const name = FunctionName.split(':').at(-1) as TaskName;
        const sent = Object.entries(JSON.parse(Buffer.from(Payload).toString('utf8')) as object);
        const parsed = tasks[name].input.parse(Object.fromEntries(sent.filter(([, value]) => value !== null)));
        calls.push({ name, input: parsed });
        try {
          const output = tasks[name].output.parse(stubs[name](parsed));
          return { StatusCode: 200, Payload: Buffer.from(JSON.stringify(output)) };
        } catch (error) {
          const { name: errorType, message: errorMessage } = error as Error;
          const failure = { errorType, errorMessage, trace: [] };
          return { StatusCode: 200, FunctionError: 'Unhandled', Payload: Buffer.from(JSON.stringify(failure)) };
        }
      },
    },
  });
  const keyNames = [ledgerKeys.partition, ledgerKeys.sort];
  await services.create('AWS::DynamoDB::Table', 'Ledger', {
    TableName: 'ledger',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: keyNames.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    KeySchema: keyNames.map((AttributeName, index) => ({ AttributeName, KeyType: index === 0 ? 'HASH' : 'RANGE' })),
  });
  const { attributes } = await services.create('AWS::StepFunctions::StateMachine', 'CheckCertificates', {
    StateMachineName: 'check-certificates',
    RoleArn: 'arn:aws:iam::111122223333:role/check-certificates',
    DefinitionString: readFileSync('state-machines/check-certificates.asl.json', 'utf8'),
    DefinitionSubstitutions: {
      ListCertificatesFunctionArn: 'arn:aws:lambda:eu-central-1:111122223333:function:list-certificates',
      CheckCertificatesFunctionArn: 'arn:aws:lambda:eu-central-1:111122223333:function:check-certificates',
      LedgerTableName: 'ledger',
    },
  });
  await services.start();
  const { executionArn } = await services.call<{ executionArn: string }>('sfn', 'StartExecution', {
    stateMachineArn: attributes.Arn,
    input: JSON.stringify(input),
  });
  for (let round = 0; round < 60; round += 1) {
    const end = await services.call<Record<string, string>>('sfn', 'DescribeExecution', { executionArn });
    if (end.status !== 'RUNNING')
      return { calls, executionArn, ...end, output: JSON.parse(end.output ?? 'null') as unknown };
    await services.clock.advance(60_000);
  }
  throw new Error('the execution has not ended');
}

async function readReport() {
  const { pk } = ledgerKey.certificateReport('');
  const { Items } = await services.call<{ Items: Record<string, { S?: string; N?: string }>[] }>('dynamodb', 'Query', {
    TableName: 'ledger',
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': { S: pk } },
  });
  const plain = Object.entries(Items[0] ?? {}).map(([name, { S, N }]) => [name, S ?? Number(N)]);
  return certificateReportRecord.parse(Object.fromEntries(plain));
}

const batch = (...names: string[]) => ({ checks: names.map((name) => ({ name })) });
const allValid = ({ checks }: Record<string, unknown>) => ({
  valid: (checks as unknown[]).length,
  warning: 0,
  critical: 0,
  unchecked: 0,
});

describe('check-certificates', () => {
  it('checks every batch, adds up, and leaves a report', async () => {
    const end = await run(
      {
        'list-certificates': () => ({ batches: [batch('api', 'www'), batch('database')], concurrency: 2 }),
        'check-certificates': ({ checks }) =>
          JSON.stringify(checks).includes('database')
            ? { valid: 0, warning: 0, critical: 1, unchecked: 0 }
            : allValid({ checks }),
      },
      {},
    );
    expect(end).toMatchObject({ status: 'SUCCEEDED', output: { valid: 2, warning: 0, critical: 1 } });
    expect(end.calls.map(({ name }) => name)).toEqual([
      'list-certificates',
      'check-certificates',
      'check-certificates',
    ]);
    expect(end.calls[0]?.input).toEqual({});
    expect(end.calls[1]?.input).toMatchObject({
      executionArn: end.executionArn,
      checkedAt: expect.stringMatching(/Z$/),
    });
    expect(await readReport()).toMatchObject({ executionArn: end.executionArn, valid: 2, critical: 1, unchecked: 0 });
  });

  it('has nothing to do when nothing is configured, and says so', async () => {
    const end = await run(
      { 'list-certificates': () => ({ batches: [], concurrency: 2 }), 'check-certificates': allValid },
      {},
    );
    expect(end).toMatchObject({ status: 'SUCCEEDED', output: { valid: 0, warning: 0, critical: 0 } });
    expect(await readReport()).toMatchObject({ valid: 0, unchecked: 0 });
  });

  it('checks the others when a batch fails, and does not call that a success', async () => {
    const end = await run(
      {
        'list-certificates': () => ({ batches: [batch('api', 'www'), batch('database')], concurrency: 1 }),
        'check-certificates': ({ checks }) => {
          if (JSON.stringify(checks).includes('api'))
            throw Object.assign(new Error('refused'), { name: 'ForbiddenError' });
          return allValid({ checks });
        },
      },
      {},
    );
    expect(end).toMatchObject({
      status: 'FAILED',
      error: 'CertificatesUnchecked',
      cause: expect.stringMatching(/^2 certificates/),
    });
    expect(await readReport()).toMatchObject({ valid: 1, unchecked: 2 });
  });

  it('hands on what a person asks for, and what ACM says', async () => {
    const stubs: Stubs = {
      'list-certificates': () => ({ batches: [batch('api')], concurrency: 1 }),
      'check-certificates': allValid,
    };
    const asked = await run(stubs, { request: { names: ['api'] } });
    expect(asked.calls[0]?.input).toEqual({ request: { names: ['api'] } });
    await services.stop();
    const event = {
      source: 'aws.acm',
      'detail-type': 'ACM Certificate Approaching Expiration',
      detail: { CommonName: 'api.example', DaysToExpiry: 31 },
    };
    expect((await run(stubs, event)).calls[0]?.input).toMatchObject({ event: { detail: event.detail } });
  });

  it('fails as the list of names fails', async () => {
    const end = await run(
      {
        'list-certificates': () => {
          throw Object.assign(new Error('no certificate nope'), { name: 'NotFoundError' });
        },
        'check-certificates': allValid,
      },
      { request: { names: ['nope'] } },
    );
    expect(end).toMatchObject({ status: 'FAILED', error: 'NotFoundError' });
  });
});

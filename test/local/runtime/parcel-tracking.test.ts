// An app that is not ours runs unchanged: API, function, table, bus, rule, execution, queue, schedule, object, IAM, restart.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn';
import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Runtime, startRuntime } from '../../../local/runtime/start-runtime.ts';

const HOUR_MILLISECONDS = 3_600_000;
const APP = fileURLToPath(new URL('../../fixtures/apps/parcel-tracking/app.ts', import.meta.url));
const MAIN = fileURLToPath(new URL('../../../local/main.ts', import.meta.url));

let directory: string;
let runtime: Runtime;
let outputs: Readonly<Record<string, string>>;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'parcels-'));
  await promisify(execFile)(process.execPath, [APP], {
    env: { ...process.env, CDK_OUTDIR: join(directory, 'cdk.out') },
  });
  await start();
}, 60_000);
afterAll(async () => {
  await runtime?.stop();
  await rm(directory, { recursive: true, force: true });
});

async function start(): Promise<void> {
  const directories = { assemblyDirectory: join(directory, 'cdk.out'), stateDirectory: join(directory, 'state') };
  runtime = await startRuntime({ ...directories, port: 0 });
  outputs = runtime.outputs('ParcelTracking');
}

function configuration(endpoint = runtime.endpointUrl) {
  return { endpoint, region: 'eu-central-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
}

function register(id: string, weight = 2, api = outputs.ApiUrl): Promise<Response> {
  return fetch(`${api}/parcels`, { method: 'POST', body: JSON.stringify({ id, weight }) });
}

async function readRecord(id: string, record: string, endpoint?: string) {
  const Key = { id: { S: id }, record: { S: record } };
  const client = new DynamoDBClient(configuration(endpoint));
  return (await client.send(new GetItemCommand({ TableName: outputs.TableName, Key }))).Item;
}

/** Resolves when an execution that began after the call has reached the state. */
function waitForState(name: string) {
  return runtime.context.trace.waitFor(
    (activity) => activity.service === 'states' && JSON.stringify(activity).includes(`"${name}"`),
  );
}

describe('parcel tracking', () => {
  it('delivers a parcel in two days of virtual time', async () => {
    const accepted = await register('p-1');
    expect([accepted.status, await accepted.json()]).toEqual([202, { id: 'p-1' }]);
    await waitForState('Travel');
    expect(await (await fetch(`${outputs.ApiUrl}/parcels/p-1`)).json()).toEqual({ id: 'p-1', status: 'on its way' });
    await runtime.context.clock.advance(47 * HOUR_MILLISECONDS);
    expect(await readRecord('p-1', 'announcement')).toBeUndefined();
    await runtime.context.clock.advance(2 * HOUR_MILLISECONDS);
    expect((await readRecord('p-1', 'parcel'))?.status).toEqual({ S: 'delivered' });
    expect(await readRecord('p-1', 'announcement')).toBeDefined();
    const { executions } = await new SFNClient(configuration()).send(
      new ListExecutionsCommand({ stateMachineArn: outputs.DeliveryArn }),
    );
    expect(executions?.map(({ status }) => status)).toEqual(['SUCCEEDED']);
  }, 30_000);

  it('answers as the function does: conflicts, and what is not there', async () => {
    expect((await register('p-1')).status).toBe(409);
    expect((await fetch(`${outputs.ApiUrl}/parcels/unknown`)).status).toBe(404);
    expect((await fetch(`${outputs.ApiUrl}/elsewhere`)).status).toBe(404);
  });

  it('starts nothing for an event that the rule does not match', async () => {
    expect((await register('heavy', 31)).status).toBe(202);
    await runtime.context.clock.advance(60_000);
    const { executions } = await new SFNClient(configuration()).send(
      new ListExecutionsCommand({ stateMachineArn: outputs.DeliveryArn }),
    );
    expect(executions).toHaveLength(1);
  });

  it('moves a message that fails twice to the dead-letter queue', async () => {
    const sqs = new SQSClient(configuration());
    await sqs.send(new SendMessageCommand({ QueueUrl: outputs.AnnouncementsUrl, MessageBody: 'not JSON' }));
    await runtime.context.clock.advance(5 * 60_000);
    const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: outputs.UndeliverableUrl }));
    expect(Messages?.map(({ Body }) => Body)).toEqual(['not JSON']);
  }, 30_000);

  it('writes a report each night at two in Berlin', async () => {
    await runtime.context.clock.advance(24 * HOUR_MILLISECONDS);
    const night = new Date(runtime.context.clock.now());
    const s3 = new S3Client(configuration());
    const keyOf = (date: Date) => `nightly/${date.toISOString().slice(0, 10)}.json`;
    const candidates = [night, new Date(night.getTime() - 24 * HOUR_MILLISECONDS)];
    const bodies = await Promise.all(
      candidates.map(async (date) => {
        const object = new GetObjectCommand({ Bucket: outputs.BucketName, Key: keyOf(date) });
        return s3.send(object).then(
          ({ Body }) => Body?.transformToString(),
          () => undefined,
        );
      }),
    );
    expect(bodies.filter((body) => body !== undefined).map((body) => JSON.parse(body as string))).toContainEqual({
      delivered: 1,
      registered: 1,
    });
  }, 30_000);

  it("fails a call that the function's role does not allow, in AWS's words, and names all three", async () => {
    const lambda = new LambdaClient(configuration());
    const { FunctionError, Payload } = await lambda.send(
      new InvokeCommand({ FunctionName: outputs.ForbiddenName, Payload: JSON.stringify({ id: 'p-1' }) }),
    );
    const { errorType, errorMessage } = JSON.parse(Payload?.transformToString() ?? '{}') as Record<string, string>;
    expect(FunctionError).toBe('Unhandled');
    expect(errorType).toBe('AccessDeniedException');
    expect(errorMessage).toMatch(
      /^User: arn:aws:sts::123456789012:assumed-role\/.*Forbidden.* is not authorized to perform: dynamodb:DeleteItem on resource: arn:aws:dynamodb:eu-central-1:123456789012:table\/.* because no identity-based policy allows the dynamodb:DeleteItem action$/,
    );
    const denied = await runtime.context.trace.waitFor(({ name }) => name === 'access-denied');
    expect(denied).toMatchObject({ details: { action: 'dynamodb:DeleteItem' } });
    expect(denied.subject).toMatch(/Forbidden/);
    expect(await readRecord('p-1', 'parcel')).toBeDefined();
  });

  it('finishes after being killed in the middle of an execution, exactly once', async () => {
    await runtime.stop();
    const parameters = [
      '--assembly',
      join(directory, 'cdk.out'),
      '--state',
      join(directory, 'state'),
      '--port',
      '0',
      '--trace',
    ];
    const child = spawn(process.execPath, [MAIN, ...parameters], { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    const heard = (text: RegExp) =>
      new Promise<RegExpExecArray>((resolve) => {
        const look = () => {
          const match = text.exec(output);
          if (match) resolve(match);
        };
        child.stdout.on('data', (chunk) => {
          output += String(chunk);
          look();
        });
        look();
      });
    await heard(/AWS_ENDPOINT_URL=(\S+)\n/);
    output = '';
    expect((await register('p-2')).status).toBe(202);
    await heard(/"Travel"/);
    child.kill('SIGKILL');
    await once(child, 'exit');

    await start();
    await runtime.context.clock.advance(49 * HOUR_MILLISECONDS);
    expect((await readRecord('p-2', 'parcel'))?.status).toEqual({ S: 'delivered' });
    expect(await readRecord('p-2', 'announcement')).toBeDefined();
    const { executions } = await new SFNClient(configuration()).send(
      new ListExecutionsCommand({ stateMachineArn: outputs.DeliveryArn }),
    );
    expect(executions?.map(({ status }) => status)).toEqual(['SUCCEEDED', 'SUCCEEDED']);
  }, 60_000);
});

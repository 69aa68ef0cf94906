// A small CDK app on the whole runtime with IAM enforced: HTTP → function → bus → rule → function, queue and schedule.
import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudWatchClient, GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { EventBridgeClient, TestEventPatternCommand } from '@aws-sdk/client-eventbridge';
import { GetFunctionCommand, InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetScheduleCommand, ListSchedulesCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  App,
  aws_apigatewayv2 as apigateway,
  CfnOutput,
  Duration,
  aws_lambda_destinations as destinations,
  aws_events as events,
  aws_apigatewayv2_integrations as integrations,
  aws_lambda as lambda,
  Stack,
  aws_scheduler as scheduler,
  aws_scheduler_targets as schedulerTargets,
  aws_lambda_event_sources as sources,
  aws_sqs as sqs,
  TimeZone,
  aws_events_targets as targets,
} from 'aws-cdk-lib';
import { type Runtime, startRuntime } from '../../../local/runtime/start-runtime.ts';
import type { Activity } from '../../../local/trace/trace.ts';

process.env.CDK_VALIDATION = 'false';
// A busy machine takes its time to start processes.
jest.setTimeout(30_000);
const REGION = 'eu-central-1';

const RECEIVE = `
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
const client = new EventBridgeClient({});
export const handler = async (event) => {
  const body = event.isBase64Encoded ? Buffer.from(event.body, 'base64').toString() : event.body;
  const { FailedEntryCount } = await client.send(new PutEventsCommand({
    Entries: [{ EventBusName: process.env.BUS, Source: 'github.com', DetailType: event.headers['x-github-event'], Detail: body }],
  }));
  return { statusCode: FailedEntryCount ? 500 : 202, body: JSON.stringify({ accepted: true }) };
};`;
const REACT =
  "export const handler = async (event) => { console.log('reacting to', event.detail.ref); return event.detail; };";
const FAIL = "export const handler = async () => { throw new Error('cannot'); };";
const WORK =
  'export const handler = async ({ Records }) => ({ batchItemFailures: Records.filter((r) => r.body === "bad").map((r) => ({ itemIdentifier: r.messageId })) });';

function synthesize(directory: string): void {
  const app = new App({ outdir: join(directory, 'cdk.out'), analyticsReporting: false });
  const stack = new Stack(app, 'Path', { env: { region: REGION } });
  const addFunction = (id: string, text: string, props: Partial<lambda.FunctionProps> = {}) => {
    const folder = join(directory, id);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'index.mjs'), text);
    return new lambda.Function(stack, id, {
      functionName: id,
      runtime: lambda.Runtime.NODEJS_24_X,
      handler: 'index.handler',
      code: lambda.Code.fromAsset(folder),
      timeout: Duration.seconds(20),
      memorySize: 256,
      ...props,
    });
  };
  const dead = new sqs.Queue(stack, 'Dead', { queueName: 'dead' });
  const bus = new events.EventBus(stack, 'Bus', { eventBusName: 'automation' });
  const receive = addFunction('receive', RECEIVE, { environment: { BUS: bus.eventBusName } });
  bus.grantPutEventsTo(receive);
  const api = new apigateway.HttpApi(stack, 'Api');
  api.addRoutes({
    path: '/webhooks/github',
    methods: [apigateway.HttpMethod.POST],
    integration: new integrations.HttpLambdaIntegration('Receive', receive),
  });
  const unreachable = new integrations.HttpLambdaIntegration(
    'Unreachable',
    lambda.Function.fromFunctionArn(stack, 'Foreign', receive.functionArn),
  );
  api.addRoutes({ path: '/forbidden', integration: unreachable });
  new CfnOutput(stack, 'Url', { value: api.apiEndpoint });
  const react = addFunction('react', REACT);
  const fail = addFunction('fail', FAIL, { retryAttempts: 1, onFailure: new destinations.SqsDestination(dead) });
  new events.Rule(stack, 'Pushes', {
    eventBus: bus,
    eventPattern: { source: ['github.com'], detailType: ['push'], detail: { ref: [{ prefix: 'refs/heads/' }] } },
    targets: [
      new targets.LambdaFunction(react, { deadLetterQueue: dead, retryAttempts: 2 }),
      new targets.LambdaFunction(fail, { deadLetterQueue: dead }),
    ],
  });
  const work = new sqs.Queue(stack, 'Work', { queueName: 'work', visibilityTimeout: Duration.seconds(30) });
  new events.Rule(stack, 'Releases', {
    eventBus: bus,
    eventPattern: { detailType: ['release'] },
    targets: [
      new targets.SqsQueue(work, {
        message: events.RuleTargetInput.fromText(events.EventField.fromPath('$.detail.tag')),
      }),
    ],
  });
  addFunction('worker', WORK).addEventSource(new sources.SqsEventSource(work, { reportBatchItemFailures: true }));
  new scheduler.Schedule(stack, 'Nightly', {
    scheduleName: 'nightly',
    schedule: scheduler.ScheduleExpression.cron({ minute: '0', hour: '2', timeZone: TimeZone.EUROPE_BERLIN }),
    target: new schedulerTargets.LambdaInvoke(react, {
      deadLetterQueue: dead,
      input: scheduler.ScheduleTargetInput.fromObject({ detail: { ref: scheduler.ContextAttribute.scheduledTime } }),
    }),
  });
  app.synth();
}

describe('an event-driven app', () => {
  let directory: string;
  let runtime: Runtime;
  let url: string;
  let settings: { endpoint: string; region: string; credentials: { accessKeyId: string; secretAccessKey: string } };

  const waitFor = (matches: (activity: Activity) => boolean) => runtime.context.trace.waitFor(matches, 25_000);
  const ended = (subject: string) => waitFor(({ name, subject: of }) => name === 'invocation-ended' && of === subject);
  const post = (type: string, body: object) =>
    fetch(`${url}/webhooks/github`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-github-event': type },
      body: JSON.stringify(body),
    });
  /** What IAM refused of the calls that the app makes, its logs included. */
  const denials = () =>
    runtime.context.trace.recent().filter(({ name }) => name === 'log-refused' || name === 'access-denied');

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'event-driven-'));
    synthesize(directory);
    runtime = await startRuntime({
      assemblyDirectory: join(directory, 'cdk.out'),
      stateDirectory: join(directory, 'state'),
      port: 0,
    });
    url = runtime.outputs('Path').Url!;
    settings = {
      endpoint: runtime.endpointUrl,
      region: REGION,
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    };
  }, 60_000);
  afterAll(async () => {
    await runtime?.stop();
    await rm(directory, { recursive: true, force: true });
  });

  it('answers the webhook, routes the event and runs the function behind the rule', async () => {
    const response = await post('push', { ref: 'refs/heads/main' });
    expect([response.status, await response.json()]).toEqual([202, { accepted: true }]);
    await ended('react');
    expect(denials()).toEqual([]);
    await runtime.context.clock.advance(1);
    const { events: lines } = await new CloudWatchLogsClient(settings).send(
      new FilterLogEventsCommand({ logGroupName: '/aws/lambda/react' }),
    );
    expect(lines?.map(({ message }) => message)).toContainEqual(expect.stringContaining('reacting to refs/heads/main'));
  });

  it('sends what a function fails at to its destination', async () => {
    await waitFor(({ name, subject }) => name === 'invocation-failed' && subject === 'fail');
    await runtime.context.clock.advance(61_000);
    await waitFor(({ name, subject }) => name === 'dead-lettered' && subject === 'fail');
    const { Messages } = await new SQSClient(settings).send(
      new ReceiveMessageCommand({ QueueUrl: 'https://sqs.eu-central-1.amazonaws.com/123456789012/dead' }),
    );
    expect(JSON.parse(Messages![0]!.Body!)).toMatchObject({
      requestContext: { condition: 'RetriesExhausted', approximateInvokeCount: 2 },
      responsePayload: { errorMessage: 'cannot' },
    });
  });

  it('feeds a queue to a function and leaves what it reports as failed', async () => {
    await post('release', { tag: 'good' });
    await ended('worker');
    expect(denials()).toEqual([]);
  });

  it('fires the schedule at its time in its zone', async () => {
    const client = new SchedulerClient(settings);
    expect((await client.send(new GetScheduleCommand({ Name: 'nightly' }))).ScheduleExpressionTimezone).toBe(
      'Europe/Berlin',
    );
    expect((await client.send(new ListSchedulesCommand({}))).Schedules).toHaveLength(1);
    await runtime.context.clock.advance(25 * 3_600_000);
    await waitFor(({ service, name }) => service === 'scheduler' && name === 'target-delivered');
    expect(denials()).toEqual([]);
  });

  it('serves SDK clients over HTTP', async () => {
    const functions = new LambdaClient(settings);
    const { Payload, StatusCode } = await functions.send(
      new InvokeCommand({ FunctionName: 'react', Payload: Buffer.from('{"detail":{"ref":"x"}}') }),
    );
    expect([StatusCode, Buffer.from(Payload!).toString()]).toEqual([200, '{"ref":"x"}']);
    const failed = await functions.send(new InvokeCommand({ FunctionName: 'fail' }));
    expect([failed.FunctionError, JSON.parse(Buffer.from(failed.Payload!).toString()).errorMessage]).toEqual([
      'Unhandled',
      'cannot',
    ]);
    const configuration = (await functions.send(new GetFunctionCommand({ FunctionName: 'react' }))).Configuration;
    expect(configuration).toMatchObject({ Runtime: 'nodejs24.x', MemorySize: 256, Timeout: 20 });
    await expect(functions.send(new InvokeCommand({ FunctionName: 'nobody' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: 'Function not found: arn:aws:lambda:eu-central-1:123456789012:function:nobody',
    });
    const Event = JSON.stringify({
      id: '1',
      account: '1',
      source: 'github.com',
      time: '2031-01-01T00:00:00Z',
      region: 'r',
      resources: [],
      'detail-type': 'push',
    });
    const client = new EventBridgeClient(settings);
    expect(
      await client.send(new TestEventPatternCommand({ EventPattern: '{"source":[{"suffix":".com"}]}', Event })),
    ).toMatchObject({ Result: true });
    await expect(
      client.send(new TestEventPatternCommand({ EventPattern: '{"source":[]}', Event })),
    ).rejects.toMatchObject({
      name: 'InvalidEventPatternException',
    });
  });

  it('tells CloudWatch how the functions, the rules and the API fare', async () => {
    const { clock } = runtime.context;
    const apiId = runtime.resource('Path', 'ApiF70053CD').physicalId;
    await clock.advance(60_000);
    const client = new CloudWatchClient(settings);
    const sumOf = async (Namespace: string, MetricName: string, dimensions: Record<string, string>) => {
      const { Datapoints = [] } = await client.send(
        new GetMetricStatisticsCommand({
          Namespace,
          MetricName,
          Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
          StartTime: new Date(clock.now() - 86_400_000),
          EndTime: new Date(clock.now() + 60_000),
          Period: 86_400,
          Statistics: ['Sum'],
        }),
      );
      return Datapoints.reduce((sum, { Sum = 0 }) => sum + Sum, 0);
    };
    expect(await sumOf('AWS/Lambda', 'Errors', { FunctionName: 'fail' })).toBeGreaterThan(0);
    expect(await sumOf('AWS/Lambda', 'Errors', { FunctionName: 'react' })).toBe(0);
    expect(await sumOf('AWS/Lambda', 'Invocations', { FunctionName: 'react' })).toBeGreaterThan(0);
    await fetch(`${url}/nowhere`);
    await clock.advance(60_000);
    expect(await sumOf('AWS/ApiGateway', '4xx', { ApiId: apiId })).toBe(1);
    expect(await sumOf('AWS/ApiGateway', '5xx', { ApiId: apiId })).toBe(0);
  });

  it('refuses what no permission allows, and says so', async () => {
    const response = await fetch(`${url}/forbidden`);
    expect(response.status).toBe(500);
    expect(denials().map(({ details }) => details.message)).toEqual([expect.stringContaining('lambda:InvokeFunction')]);
  });
});

// State machines of a CDK app, used by the AWS SDK over HTTP, with the roles and policies of the template.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
  StartSyncExecutionCommand,
  ValidateStateMachineDefinitionCommand,
} from '@aws-sdk/client-sfn';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { App, CfnOutput, aws_iam as iam, Stack, aws_stepfunctions as sfn, aws_ssm as ssm } from 'aws-cdk-lib';
import { type Runtime, startRuntime } from '../../../../local/runtime/start-runtime.ts';
import { define } from './states-harness.ts';

process.env.CDK_VALIDATION = 'false';

let directory: string;
let runtime: Runtime;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'states-http-'));
  const app = new App({ outdir: join(directory, 'cdk.out'), analyticsReporting: false });
  const stack = new Stack(app, 'Flows');
  const parameter = new ssm.StringParameter(stack, 'Greeting', { parameterName: '/greeting', stringValue: 'hello' });
  const definition = join(directory, 'ask.asl.json');
  await writeFile(
    definition,
    define({
      Read: {
        Type: 'Task',
        Resource: 'arn:aws:states:::aws-sdk:ssm:getParameter',
        Arguments: { Name: ['$', '{Name}'].join('') },
        Assign: { greeting: '{% $states.result.Parameter.Value %}' },
        Next: 'Store',
      },
      Store: {
        Type: 'Task',
        Resource: 'arn:aws:states:::aws-sdk:ssm:putParameter.waitForTaskToken',
        Arguments: {
          Name: '/token',
          Value: '{% $states.context.Task.Token %}',
          Type: 'String',
          Overwrite: true,
        },
        Output: "{% $greeting & ', ' & $states.result.name %}",
        Next: 'Denied',
      },
      Denied: {
        Type: 'Task',
        Resource: 'arn:aws:states:::aws-sdk:ssm:deleteParameter',
        Arguments: { Name: '/greeting' },
        Catch: [
          { ErrorEquals: ['States.ALL'], Output: '{% [$states.input, $states.errorOutput.Cause] %}', Next: 'Done' },
        ],
        End: true,
      },
      Done: { Type: 'Succeed' },
    }),
  );
  const ask = new sfn.StateMachine(stack, 'Ask', {
    definitionBody: sfn.DefinitionBody.fromFile(definition),
    definitionSubstitutions: { Name: parameter.parameterName },
  });
  ask.addToRolePolicy(
    new iam.PolicyStatement({
      actions: ['ssm:GetParameter', 'ssm:PutParameter'],
      resources: [stack.formatArn({ service: 'ssm', resource: 'parameter', resourceName: '*' })],
    }),
  );
  const quick = new sfn.StateMachine(stack, 'Quick', {
    stateMachineType: sfn.StateMachineType.EXPRESS,
    definitionBody: sfn.DefinitionBody.fromString(
      define({ Add: { Type: 'Pass', Output: '{% $states.input.a + 1 %}', End: true } }),
    ),
  });
  new CfnOutput(stack, 'AskArn', { value: ask.stateMachineArn });
  new CfnOutput(stack, 'QuickArn', { value: quick.stateMachineArn });
  app.synth();
  runtime = await start();
});
afterEach(async () => {
  await runtime.stop();
  await rm(directory, { recursive: true });
});

function start(): Promise<Runtime> {
  return startRuntime({
    assemblyDirectory: join(directory, 'cdk.out'),
    stateDirectory: join(directory, 'state'),
    port: 0,
    region: 'eu-west-1',
  });
}

function connect(): SFNClient {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  return new SFNClient({
    endpoint: runtime.endpointUrl,
    region: 'eu-west-1',
    credentials,
    maxAttempts: 1,
    disableHostPrefix: true,
  });
}

it('runs a machine from an asset, across a restart, within its role', async () => {
  const stateMachineArn = runtime.outputs('Flows').AskArn;
  const { executionArn } = await connect().send(
    new StartExecutionCommand({ stateMachineArn, name: 'one', input: '{}' }),
  );
  await runtime.context.trace.waitFor(({ name }) => name === 'task-submitted');
  await runtime.context.store.flush();
  await runtime.stop();
  runtime = await start();
  const client = connect();
  expect(await client.send(new DescribeExecutionCommand({ executionArn }))).toMatchObject({ status: 'RUNNING' });
  const operator = {
    kind: 'operator',
    arn: 'arn:aws:iam::123456789012:user/operator',
    accountId: '123456789012',
  } as const;
  const { Parameter } = await runtime.context.call<{ Parameter: { Value: string } }>({
    service: 'ssm',
    operation: 'GetParameter',
    input: { Name: '/token' },
    principal: operator,
    region: 'eu-west-1',
  });
  await client.send(new SendTaskSuccessCommand({ taskToken: Parameter.Value, output: '{"name":"you"}' }));
  await runtime.context.trace.waitFor(({ name }) => name === 'execution-succeeded');
  const description = await client.send(new DescribeExecutionCommand({ executionArn }));
  const [greeting, denial] = JSON.parse(description.output ?? '');
  expect(greeting).toBe('hello, you');
  expect(denial).toMatch(/is not authorized to perform: ssm:DeleteParameter on resource: /);
  const { events = [] } = await client.send(new GetExecutionHistoryCommand({ executionArn }));
  expect(events[0]).toMatchObject({ id: 1, type: 'ExecutionStarted', timestamp: expect.any(Date) });
  expect(events.filter(({ type }) => type === 'TaskScheduled')).toHaveLength(3);
});

it('answers errors and synchronous executions over the wire', async () => {
  const client = connect();
  await expect(
    client.send(new StartExecutionCommand({ stateMachineArn: `${runtime.outputs('Flows').AskArn}-not` })),
  ).rejects.toMatchObject({
    name: 'StateMachineDoesNotExist',
  });
  const stateMachineArn = runtime.outputs('Flows').QuickArn;
  expect(await client.send(new StartSyncExecutionCommand({ stateMachineArn, input: '{"a":1}' }))).toMatchObject({
    status: 'SUCCEEDED',
    output: '2',
  });
  expect(
    await client.send(new ValidateStateMachineDefinitionCommand({ definition: '{"StartAt":"A","States":{}}' })),
  ).toMatchObject({
    result: 'FAIL',
  });
});

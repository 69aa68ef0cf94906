// Services that act with a role: only one that trusts them.
import type { GetQueueAttributesResult } from '@aws-sdk/client-sqs';
import { describe, expect, it } from '@jest/globals';
import { createEventsModule } from '../../../local/services/events/module.ts';
import { createSchedulerModule } from '../../../local/services/scheduler/module.ts';
import { createSqsModule } from '../../../local/services/sqs/module.ts';
import { createStatesModule } from '../../../local/services/states/module.ts';
import type { Activity } from '../../../local/trace/trace.ts';
import { accountId, openRuntime, region, type TestRuntime } from './service-runtime.ts';

const queueArn = `arn:aws:sqs:${region}:${accountId}:work`;
const QueueUrl = `http://127.0.0.1/${accountId}/work`;

interface Actor {
  readonly service: string;
  /** Makes the service send a message to the queue as the role. */
  act(runtime: TestRuntime, roleArn: string): Promise<unknown>;
  isOver(activity: Activity): boolean;
}

const machine = (more: object = {}) =>
  JSON.stringify({
    QueryLanguage: 'JSONata',
    StartAt: 'Send',
    States: {
      Send: {
        Type: 'Task',
        Resource: 'arn:aws:states:::sqs:sendMessage',
        Arguments: { QueueUrl, MessageBody: 'm' },
        End: true,
        ...more,
      },
    },
  });
async function runMachine(runtime: TestRuntime, roleArn: string, definition = machine()): Promise<void> {
  const { stateMachineArn } = await runtime.call<{ stateMachineArn: string }>('sfn', 'CreateStateMachine', {
    name: 'm',
    roleArn,
    definition,
  });
  await runtime.call('sfn', 'StartExecution', { stateMachineArn });
}

const actors: Actor[] = [
  {
    service: 'events.amazonaws.com',
    async act(runtime, RoleArn) {
      await runtime.provide('AWS::Events::Rule', {
        Name: 'r',
        EventPattern: { source: ['s'] },
        Targets: [{ Id: 't', Arn: queueArn, RoleArn }],
      });
      await runtime.start();
      const entry = { Source: 's', DetailType: 'd', Detail: '{}' };
      await runtime.call('eventbridge', 'PutEvents', { Entries: [entry] });
    },
    isOver: ({ service, name }) => service === 'events' && /^target-delivered$|^delivery-given-up$/.test(name),
  },
  {
    service: 'scheduler.amazonaws.com',
    async act(runtime, RoleArn) {
      await runtime.provide('AWS::Scheduler::Schedule', {
        Name: 's',
        ScheduleExpression: 'rate(1 minute)',
        FlexibleTimeWindow: { Mode: 'OFF' },
        Target: { Arn: queueArn, RoleArn, Input: 'm' },
      });
      await runtime.start();
      await runtime.clock.advance(61_000);
    },
    isOver: ({ service, name }) => service === 'scheduler' && /^target-delivered$|^delivery-given-up$/.test(name),
  },
  {
    service: 'states.amazonaws.com',
    act: runMachine,
    isOver: ({ name }) => /^execution-(succeeded|failed)$/.test(name),
  },
];

async function open(): Promise<TestRuntime> {
  const runtime = await openRuntime([createSqsModule, createEventsModule, createSchedulerModule, createStatesModule]);
  await runtime.provide('AWS::SQS::Queue', { QueueName: 'work' });
  return runtime;
}

async function createRole(runtime: TestRuntime, trusted: object, logicalId = 'Role'): Promise<string> {
  const send = { Effect: 'Allow', Action: ['sqs:SendMessage', 'sts:AssumeRole'], Resource: '*' };
  const { attributes } = await runtime.provide(
    'AWS::IAM::Role',
    {
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: trusted }],
      },
      Policies: [{ PolicyName: 'own', PolicyDocument: { Version: '2012-10-17', Statement: [send] } }],
    },
    { logicalId },
  );
  return String(attributes.Arn);
}

async function countMessages(runtime: TestRuntime): Promise<number> {
  const { Attributes } = await runtime.call<GetQueueAttributesResult>('sqs', 'GetQueueAttributes', {
    QueueUrl,
    AttributeNames: ['All'],
  });
  return Number(Attributes?.ApproximateNumberOfMessages);
}

describe.each(actors)('$service', ({ service, act, isOver }) => {
  it('acts with a role that trusts it', async () => {
    const runtime = await open();
    await act(runtime, await createRole(runtime, { Service: service }));
    await runtime.context.trace.waitFor(isOver);
    expect(await countMessages(runtime)).toBe(1);
  });

  it('is refused a role that trusts another service', async () => {
    const runtime = await open();
    await act(runtime, await createRole(runtime, { Service: 'ec2.amazonaws.com' }));
    const end = await runtime.context.trace.waitFor(isOver);
    expect(JSON.stringify(end.details)).toContain(`${service} is not authorized to perform: sts:AssumeRole`);
    expect(await countMessages(runtime)).toBe(0);
  });
});

describe('a role of one state', () => {
  it.each([
    { trusts: 'the machine’s role', ofMachine: true, messages: 1 },
    { trusts: 'Step Functions itself', ofMachine: false, messages: 0 },
  ])('that trusts $trusts lets $messages calls through', async ({ ofMachine, messages }) => {
    const runtime = await open();
    const machineRole = await createRole(runtime, { Service: 'states.amazonaws.com' }, 'Machine');
    const trusted = ofMachine ? { AWS: machineRole } : { Service: 'states.amazonaws.com' };
    const RoleArn = await createRole(runtime, trusted, 'OfState');
    await runMachine(runtime, machineRole, machine({ Credentials: { RoleArn } }));
    await runtime.context.trace.waitFor(({ name }) => /^execution-(succeeded|failed)$/.test(name));
    expect(await countMessages(runtime)).toBe(messages);
  });
});

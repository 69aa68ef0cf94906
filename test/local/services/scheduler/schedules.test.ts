import { afterEach, describe, expect, it } from '@jest/globals';
import { AwsError } from '../../../../local/runtime/service.ts';
import { createSchedulerModule } from '../../../../local/services/scheduler/module.ts';
import { ACCOUNT_ID, createServiceHarness, REGION, type ServiceHarness } from '../service-harness.ts';

const arn = (service: string, name: string) => `arn:aws:${service}:${REGION}:${ACCOUNT_ID}:${name}`;
const FUNCTION_ARN = arn('lambda', 'function:backup');
const ROLE_ARN = `arn:aws:iam::${ACCOUNT_ID}:role/scheduler`;
const HOUR = 3_600_000;

describe('a schedule', () => {
  let harness: ServiceHarness;
  afterEach(() => harness.stop());

  const begin = async (now: string, options: Parameters<typeof createServiceHarness>[1] = {}) => {
    harness = await createServiceHarness([createSchedulerModule], { ...options, now: Date.parse(now) });
  };
  const declare = (properties: object, target: object = {}) =>
    harness.create('AWS::Scheduler::Schedule', 'Nightly', {
      Name: 'nightly',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: { Arn: FUNCTION_ARN, RoleArn: ROLE_ARN, ...target },
      ...properties,
    });
  const times = () =>
    harness.context.trace
      .recent()
      .filter(({ name }) => name === 'schedule-fired')
      .map(({ details }) => String(details.scheduledAt).slice(0, 16));
  const settled = (name: string) => harness.context.trace.waitFor((activity) => activity.name === name);

  it('invokes its function as its role at the times of its zone, also over the change to summer time', async () => {
    await begin('2031-03-29T00:00:00Z');
    await declare({ ScheduleExpression: 'cron(0 2 * * ? *)', ScheduleExpressionTimezone: 'Europe/Berlin' });
    await harness.start();
    await harness.clock.advance(71 * HOUR);
    expect(times()).toEqual(['2031-03-29T01:00', '2031-03-31T00:00']);
    const { operation, input, principal } = harness.calls[0]!;
    expect({ operation, input }).toMatchObject({
      operation: 'Invoke',
      input: { FunctionName: FUNCTION_ARN, InvocationType: 'Event' },
    });
    expect(principal).toMatchObject({ kind: 'role', roleArn: ROLE_ARN });
    expect(JSON.parse(String((input as { Payload: Buffer }).Payload))).toMatchObject({
      'detail-type': 'Scheduled Event',
      source: 'aws.scheduler',
      time: '2031-03-29T01:00:00Z',
      resources: [arn('scheduler', 'schedule/default/nightly')],
    });
  });

  it('counts a rate from its start and ends with its end', async () => {
    await begin('2031-01-01T00:00:00Z');
    const dates = { StartDate: '2031-01-01T05:30:00Z', EndDate: '2031-01-01T08:00:00Z' };
    await declare({ ScheduleExpression: 'rate(1 hour)', ...dates });
    await harness.start();
    await harness.clock.advance(24 * HOUR);
    expect(times()).toEqual(['2031-01-01T05:30', '2031-01-01T06:30', '2031-01-01T07:30']);
  });

  it('at one time runs once, and is deleted then when it says so', async () => {
    await begin('2031-01-01T00:00:00Z');
    const once = { ScheduleExpression: 'at(2031-01-02T03:04:05)', ActionAfterCompletion: 'DELETE' };
    await declare(once);
    await harness.start();
    expect(await harness.call('scheduler', 'GetSchedule', { Name: 'nightly' })).toMatchObject({ State: 'ENABLED' });
    await harness.clock.advance(72 * HOUR);
    expect(times()).toEqual(['2031-01-02T03:04']);
    await expect(harness.call('scheduler', 'GetSchedule', { Name: 'nightly' })).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
    });
  });

  it('fires within its flexible window', async () => {
    await begin('2031-01-01T00:00:00Z');
    await declare({
      ScheduleExpression: 'cron(0 2 * * ? *)',
      FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 30 },
    });
    await harness.start();
    await harness.clock.advance(30 * 24 * HOUR);
    const minutes = harness.context.trace
      .recent()
      .filter(({ name }) => name === 'schedule-fired')
      .map(({ at, details }) => (at - Date.parse(String(details.scheduledAt))) / 60_000);
    expect(minutes.length).toBe(30);
    expect(Math.max(...minutes)).toBeLessThanOrEqual(30.1);
    expect(new Set(minutes.map(Math.floor)).size).toBeGreaterThan(3);
  });

  it.each([
    [
      'a universal target',
      {
        Arn: 'arn:aws:scheduler:::aws-sdk:dynamodb:putItem',
        Input: '{"TableName":"t","Item":{"at":{"S":"<aws.scheduler.scheduled-time>"}}}',
      },
      {
        service: 'dynamodb',
        operation: 'PutItem',
        input: { TableName: 't', Item: { at: { S: '2031-01-01T02:00:00Z' } } },
      },
    ],
    [
      'a state machine',
      {
        Arn: arn('states', 'stateMachine:back-up'),
        Input: '{"schedule":"<aws.scheduler.schedule-arn>","attempt":<aws.scheduler.attempt-number>}',
      },
      {
        service: 'sfn',
        operation: 'StartExecution',
        input: { input: `{"schedule":"${arn('scheduler', 'schedule/default/nightly')}","attempt":1}` },
      },
    ],
    [
      'an event bus',
      {
        Arn: arn('events', 'event-bus/automation'),
        Input: '{"a":1}',
        EventBridgeParameters: { Source: 's', DetailType: 'd' },
      },
      {
        service: 'eventbridge',
        operation: 'PutEvents',
        input: { Entries: [{ Source: 's', DetailType: 'd', Detail: '{"a":1}' }] },
      },
    ],
    [
      'a queue',
      { Arn: arn('sqs', 'work'), Input: 'text' },
      { service: 'sqs', operation: 'SendMessage', input: { MessageBody: 'text' } },
    ],
  ])('calls %s with its input', async (_, target, expected) => {
    await begin('2031-01-01T00:00:00Z');
    await declare({ ScheduleExpression: 'cron(0 2 * * ? *)' }, target);
    await harness.start();
    await harness.clock.advance(3 * HOUR);
    expect(harness.calls[0]).toMatchObject(expected);
  });

  it('tries again, then sends a dead letter as its role', async () => {
    await begin('2031-01-01T00:00:00Z', {
      fakes: {
        'lambda.Invoke': () => {
          throw new AwsError('TooManyRequestsException', 'Rate Exceeded.', { status: 429 });
        },
      },
    });
    const target = {
      RetryPolicy: { MaximumRetryAttempts: 2 },
      DeadLetterConfig: { Arn: arn('sqs', 'dead') },
      Input: '{"a":1}',
    };
    await declare({ ScheduleExpression: 'at(2031-01-01T02:00:00)' }, target);
    await harness.start();
    await harness.clock.advance(3 * HOUR);
    const letter = harness.calls.find(({ service }) => service === 'sqs')!;
    expect(letter.principal.roleArn).toBe(ROLE_ARN);
    const { MessageBody, MessageAttributes } = letter.input as {
      MessageBody: string;
      MessageAttributes: Record<string, { StringValue: string }>;
    };
    expect(MessageBody).toBe('{"a":1}');
    expect(
      Object.fromEntries(Object.entries(MessageAttributes).map(([name, value]) => [name, value.StringValue])),
    ).toEqual({
      ERROR_CODE: 'TooManyRequestsException',
      ERROR_MESSAGE: 'Rate Exceeded.',
      EXECUTION_ID: expect.any(String),
      EXHAUSTED_RETRY_CONDITION: 'MaximumRetryAttempts',
      IS_PAYLOAD_TRUNCATED: 'false',
      RETRY_ATTEMPTS: '2',
      SCHEDULED_TIME: '2031-01-01T02:00:00Z',
      SCHEDULE_ARN: arn('scheduler', 'schedule/default/nightly'),
      TARGET_ARN: FUNCTION_ARN,
    });
  });

  it('sends a dead letter at once when it lacks permission', async () => {
    await begin('2031-01-01T00:00:00Z', {
      fakes: {
        'lambda.Invoke': () => {
          throw new AwsError('AccessDeniedException', 'no', { status: 403 });
        },
      },
    });
    await declare({ ScheduleExpression: 'at(2031-01-01T02:00:00)' }, { DeadLetterConfig: { Arn: arn('sqs', 'dead') } });
    await harness.start();
    await harness.clock.advance(2 * HOUR + 1_000);
    expect(await settled('dead-lettered')).toMatchObject({
      details: { attempts: 1, errorCode: 'AccessDeniedException' },
    });
  });

  it('makes up for one run after the runtime was down, and runs no time twice', async () => {
    await begin('2031-01-01T00:00:00Z');
    await declare({ ScheduleExpression: 'cron(0 2 * * ? *)' });
    await harness.start();
    await harness.clock.advance(3 * HOUR);
    expect(times()).toEqual(['2031-01-01T02:00']);
    const { directory } = harness;
    await harness.stop();

    await begin('2031-01-09T12:00:00Z', { directory });
    await declare({ ScheduleExpression: 'cron(0 2 * * ? *)' });
    await harness.start();
    await settled('target-delivered');
    await harness.clock.advance(24 * HOUR);
    expect(times()).toEqual(['2031-01-02T02:00', '2031-01-10T02:00']);
  });

  it('finishes after a restart what it had begun', async () => {
    await begin('2031-01-01T00:00:00Z', { fakes: { 'lambda.Invoke': () => new Promise<object>(() => undefined) } });
    await declare({ ScheduleExpression: 'at(2031-01-01T00:00:01)' });
    await harness.start();
    void harness.clock.advance(1_000);
    await settled('schedule-fired');
    await harness.context.store.flush();
    const { directory } = harness;
    await harness.stop();

    await begin('2031-01-01T01:00:00Z', { directory });
    await harness.start();
    await settled('target-delivered');
    expect(harness.calls).toHaveLength(1);
  });

  it('can be made, changed, listed and deleted through the API, and survives a restart', async () => {
    await begin('2031-01-01T00:00:00Z');
    await harness.create('AWS::Scheduler::ScheduleGroup', 'Group', { Name: 'backups' });
    await harness.start();
    const input = {
      Name: 'mine',
      GroupName: 'backups',
      ScheduleExpression: 'rate(1 hour)',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: { Arn: FUNCTION_ARN, RoleArn: ROLE_ARN },
    };
    const call = (operation: string, value: object) => harness.call('scheduler', operation, value);
    expect(await call('CreateSchedule', input)).toEqual({ ScheduleArn: arn('scheduler', 'schedule/backups/mine') });
    await expect(call('CreateSchedule', input)).rejects.toMatchObject({ code: 'ConflictException', status: 409 });
    await expect(call('CreateSchedule', { ...input, GroupName: 'none' })).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
    });
    await call('UpdateSchedule', { ...input, State: 'DISABLED' });
    expect(await call('ListSchedules', { GroupName: 'backups' })).toMatchObject({
      Schedules: [{ Name: 'mine', State: 'DISABLED' }],
    });
    const { directory } = harness;
    await harness.stop();
    await begin('2031-01-01T05:00:00Z', { directory });
    await harness.start();
    expect(await call('GetSchedule', input)).toMatchObject({
      ScheduleExpression: 'rate(1 hour)',
      FlexibleTimeWindow: { Mode: 'OFF' },
    });
    await call('DeleteSchedule', input);
    await expect(call('GetSchedule', input)).rejects.toThrow('Schedule mine does not exist.');
  });

  it.each([
    [{ ScheduleExpression: 'cron(0 2 * * * *)' }, 'Invalid Schedule Expression'],
    [{ ScheduleExpression: 'rate(1 hour)', ScheduleExpressionTimezone: 'Mars' }, 'no time zone'],
    [
      { ScheduleExpression: 'rate(1 hour)', Target: { Arn: arn('ecs', 'cluster/c'), RoleArn: ROLE_ARN } },
      'does not run here',
    ],
  ])('is refused with its logical id when malformed: %j', async (properties, message) => {
    await begin('2031-01-01T00:00:00Z');
    await expect(declare(properties)).rejects.toThrow(message);
    await expect(declare(properties)).rejects.toThrow('AWS::Scheduler::Schedule "Nightly"');
  });
});

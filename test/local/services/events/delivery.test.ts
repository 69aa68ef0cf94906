import { afterEach, describe, expect, it } from '@jest/globals';
import { AwsError } from '../../../../local/runtime/service.ts';
import { createEventsModule } from '../../../../local/services/events/module.ts';
import { ACCOUNT_ID, createServiceHarness, REGION, type ServiceHarness } from '../service-harness.ts';

const arn = (service: string, name: string) => `arn:aws:${service}:${REGION}:${ACCOUNT_ID}:${name}`;
const FUNCTION_ARN = arn('lambda', 'function:notify');
const MACHINE_ARN = arn('states', 'stateMachine:promote-release');
const QUEUE_ARN = arn('sqs', 'dead-letters');
const ROLE_ARN = `arn:aws:iam::${ACCOUNT_ID}:role/events`;

describe('an event on a bus', () => {
  let harness: ServiceHarness;
  afterEach(() => harness.stop());

  const declareRule = (targets: object[], properties: object = {}) =>
    harness.create('AWS::Events::Rule', 'Pushes', {
      Name: 'pushes',
      EventBusName: 'automation',
      EventPattern: { source: ['github.com'], 'detail-type': ['push'] },
      Targets: targets,
      ...properties,
    });
  const declareBus = () => harness.create('AWS::Events::EventBus', 'Bus', { Name: 'automation' });
  const put = (detail: object = { ref: 'refs/heads/main' }, more: object = {}) =>
    harness.call<{ FailedEntryCount: number; Entries: { EventId?: string; ErrorCode?: string }[] }>(
      'eventbridge',
      'PutEvents',
      {
        Entries: [
          {
            EventBusName: 'automation',
            Source: 'github.com',
            DetailType: 'push',
            Detail: JSON.stringify(detail),
            ...more,
          },
        ],
      },
    );
  const settled = (name: string) => harness.context.trace.waitFor((activity) => activity.name === name);
  const count = (name: string) => harness.context.trace.recent().filter((activity) => activity.name === name).length;

  it('reaches the targets of the rules that match, each by its own API', async () => {
    harness = await createServiceHarness([createEventsModule], { now: Date.parse('2031-05-06T07:08:09.123Z') });
    await declareBus();
    await declareRule([
      { Id: 'Function', Arn: FUNCTION_ARN },
      { Id: 'Workflow', Arn: MACHINE_ARN, RoleArn: ROLE_ARN, InputPath: '$.detail' },
      { Id: 'Queue', Arn: arn('sqs', 'work.fifo'), Input: '{"fixed":true}', SqsParameters: { MessageGroupId: 'g' } },
      { Id: 'Topic', Arn: arn('sns', 'people') },
    ]);
    await harness.start();
    const { Entries, FailedEntryCount } = await put();
    expect(FailedEntryCount).toBe(0);
    await harness.clock.advance(1);
    const event = {
      version: '0',
      id: Entries[0]!.EventId,
      'detail-type': 'push',
      source: 'github.com',
      account: ACCOUNT_ID,
      time: expect.stringMatching(/^2031-05-06T07:08:\d\dZ$/),
      region: REGION,
      resources: [],
      detail: { ref: 'refs/heads/main' },
    };
    const [toFunction, toWorkflow, toQueue, toTopic] = harness.calls;
    expect(toFunction).toMatchObject({
      operation: 'Invoke',
      input: { FunctionName: FUNCTION_ARN, InvocationType: 'Event' },
    });
    expect(JSON.parse(String((toFunction!.input as { Payload: Buffer }).Payload))).toEqual(event);
    expect(toFunction!.principal).toMatchObject({
      kind: 'service',
      arn: 'events.amazonaws.com',
      sourceArn: arn('events', 'rule/automation/pushes'),
    });
    expect(toWorkflow).toMatchObject({
      operation: 'StartExecution',
      principal: { kind: 'role', roleArn: ROLE_ARN },
      input: { stateMachineArn: MACHINE_ARN, input: '{"ref":"refs/heads/main"}' },
    });
    expect(toQueue!.input).toMatchObject({ MessageBody: '{"fixed":true}', MessageGroupId: 'g' });
    expect(toTopic!.input).toMatchObject({ TopicArn: arn('sns', 'people') });
    expect(count('target-delivered')).toBe(4);
    expect(harness.context.store.table('events/deliveries').size).toBe(0);
    expect(harness.context.store.table('events/accepted').size).toBe(0);
  });

  it('that no rule wants is accepted and forgotten', async () => {
    harness = await createServiceHarness([createEventsModule]);
    await declareBus();
    await declareRule([{ Id: 'Function', Arn: FUNCTION_ARN }], { State: 'DISABLED' });
    await harness.start();
    expect((await put()).FailedEntryCount).toBe(0);
    expect(harness.calls).toEqual([]);
  });

  it('is tried again with growing delays, then goes to the dead-letter queue with the reason', async () => {
    harness = await createServiceHarness([createEventsModule], {
      fakes: {
        'lambda.Invoke': () => {
          throw new AwsError('TooManyRequestsException', 'Rate Exceeded.', { status: 429 });
        },
      },
    });
    await declareBus();
    const retry = { RetryPolicy: { MaximumRetryAttempts: 3 }, DeadLetterConfig: { Arn: QUEUE_ARN } };
    await declareRule([{ Id: 'Function', Arn: FUNCTION_ARN, ...retry }]);
    await harness.start();
    await put();
    await settled('delivery-failed');
    await harness.clock.advance(60_000);
    expect(count('delivery-failed')).toBe(4);
    const letter = harness.calls.find(({ service }) => service === 'sqs')!;
    const attributes = (letter.input as { MessageAttributes: Record<string, { StringValue: string }> })
      .MessageAttributes;
    expect(
      Object.fromEntries(Object.entries(attributes).map(([name, { StringValue }]) => [name, StringValue])),
    ).toEqual({
      RULE_ARN: arn('events', 'rule/automation/pushes'),
      TARGET_ARN: FUNCTION_ARN,
      ERROR_CODE: 'THROTTLING',
      ERROR_MESSAGE: 'Rate Exceeded.',
      EXHAUSTED_RETRY_CONDITION: 'MaximumRetryAttempts',
      RETRY_ATTEMPTS: '3',
    });
    expect(JSON.parse((letter.input as { MessageBody: string }).MessageBody)).toMatchObject({ source: 'github.com' });
    expect(letter.principal).toMatchObject({ kind: 'service', arn: 'events.amazonaws.com' });
    await harness.clock.advance(60_000);
    expect(harness.metrics).toEqual({
      'AWS/Events Invocations automation pushes': 1,
      'AWS/Events FailedInvocations automation pushes': 1,
      'AWS/Events InvocationsSentToDlq automation pushes': 1,
    });
  });

  it('gives up by age as well, within the default day', async () => {
    harness = await createServiceHarness([createEventsModule], {
      fakes: {
        'lambda.Invoke': () => {
          throw new AwsError('ServiceException', 'down', { status: 500 });
        },
      },
    });
    await declareBus();
    await declareRule([{ Id: 'Function', Arn: FUNCTION_ARN, DeadLetterConfig: { Arn: QUEUE_ARN } }]);
    await harness.start();
    await put();
    await settled('delivery-failed');
    await harness.clock.advance(25 * 3_600_000);
    expect(await settled('dead-lettered')).toMatchObject({ details: { errorCode: 'SDK_CLIENT_ERROR' } });
    expect(count('delivery-failed')).toBeGreaterThan(150);
    expect(count('delivery-failed')).toBeLessThanOrEqual(186);
  });

  it.each([
    ['AccessDeniedException', 403, 'NO_PERMISSIONS'],
    ['ResourceNotFoundException', 404, 'NO_RESOURCE'],
    ['StateMachineDoesNotExist', 400, 'NO_RESOURCE'],
    ['ValidationException', 400, 'INVALID_PARAMETER'],
  ])('goes to the dead-letter queue at once after %s', async (code, status, errorCode) => {
    harness = await createServiceHarness([createEventsModule], {
      fakes: {
        'lambda.Invoke': () => {
          throw new AwsError(code, 'no', { status });
        },
      },
    });
    await declareBus();
    await declareRule([{ Id: 'Function', Arn: FUNCTION_ARN, DeadLetterConfig: { Arn: QUEUE_ARN } }]);
    await harness.start();
    await put();
    await settled('dead-lettered');
    const { input } = harness.calls.find(({ service }) => service === 'sqs')!;
    expect(input).toMatchObject({
      MessageAttributes: { ERROR_CODE: { StringValue: errorCode }, RETRY_ATTEMPTS: { StringValue: '0' } },
    });
    expect((input as { MessageAttributes: object }).MessageAttributes).not.toHaveProperty('EXHAUSTED_RETRY_CONDITION');
  });

  it('counts as delivered when an earlier attempt had started the execution', async () => {
    const names: string[] = [];
    harness = await createServiceHarness([createEventsModule], {
      fakes: {
        'sfn.StartExecution': ({ name }: { name: string }) => {
          names.push(name);
          if (names.length === 1) throw new AwsError('ServiceUnavailable', 'answer lost', { status: 503 });
          throw new AwsError('ExecutionAlreadyExists', 'exists');
        },
      },
    });
    await declareBus();
    await declareRule([{ Id: 'Workflow', Arn: MACHINE_ARN, RoleArn: ROLE_ARN }]);
    await harness.start();
    await put();
    await settled('delivery-failed');
    await harness.clock.advance(5_000);
    await settled('target-delivered');
    expect(new Set(names).size).toBe(1);
    expect(names[0]!.length).toBeLessThanOrEqual(80);
  });

  it('is delivered after a restart when the runtime ended before', async () => {
    const first = await createServiceHarness([createEventsModule], {
      fakes: { 'lambda.Invoke': () => new Promise<object>(() => undefined) },
    });
    harness = first;
    await declareBus();
    await declareRule([{ Id: 'Function', Arn: FUNCTION_ARN }]);
    await first.start();
    const { Entries } = await put();
    await first.stop();

    harness = await createServiceHarness([createEventsModule], { directory: first.directory });
    await declareBus();
    await declareRule([{ Id: 'Function', Arn: FUNCTION_ARN }]);
    await harness.start();
    expect(await settled('target-delivered')).toMatchObject({ details: { eventId: Entries[0]!.EventId } });
  });

  it('is refused entry by entry', async () => {
    harness = await createServiceHarness([createEventsModule]);
    await declareBus();
    await harness.start();
    const entry = { EventBusName: 'automation', Source: 's', DetailType: 'd', Detail: '{}' };
    const output = await harness.call<{ FailedEntryCount: number; Entries: object[] }>('eventbridge', 'PutEvents', {
      Entries: [
        entry,
        { ...entry, Source: undefined },
        { ...entry, DetailType: '' },
        { ...entry, Detail: undefined },
        { ...entry, Detail: '{' },
        { ...entry, Detail: '[]' },
        { ...entry, Source: 'aws.s3' },
        { ...entry, EventBusName: 'elsewhere' },
      ],
    });
    expect(output.FailedEntryCount).toBe(7);
    expect(output.Entries).toEqual([
      { EventId: expect.any(String) },
      {
        ErrorCode: 'InvalidArgument',
        ErrorMessage: 'Parameter Source is not valid. Reason: Source is a required argument.',
      },
      {
        ErrorCode: 'InvalidArgument',
        ErrorMessage: 'Parameter DetailType is not valid. Reason: DetailType is a required argument.',
      },
      {
        ErrorCode: 'InvalidArgument',
        ErrorMessage: 'Parameter Detail is not valid. Reason: Detail is a required argument.',
      },
      { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' },
      { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' },
      { ErrorCode: 'NotAuthorizedForSourceException', ErrorMessage: 'Not authorized for the source.' },
      { ErrorCode: 'ResourceNotFoundException', ErrorMessage: 'Event bus elsewhere does not exist.' },
    ]);
    const many = Array.from({ length: 11 }, () => entry);
    await expect(harness.call('eventbridge', 'PutEvents', { Entries: many })).rejects.toMatchObject({
      code: 'ValidationException',
    });
    const large = { ...entry, Detail: JSON.stringify({ text: 'x'.repeat(1_048_576) }) };
    await expect(harness.call('eventbridge', 'PutEvents', { Entries: [large] })).rejects.toThrow(
      'Total size of the entries in the request is over the limit.',
    );
  });

  it('is kept by the archive and can be replayed to chosen rules', async () => {
    harness = await createServiceHarness([createEventsModule]);
    await declareBus();
    await declareRule([{ Id: 'Function', Arn: FUNCTION_ARN }]);
    const { attributes } = await harness.create('AWS::Events::Archive', 'Archive', {
      ArchiveName: 'all',
      SourceArn: arn('events', 'event-bus/automation'),
      EventPattern: { source: [{ prefix: 'github' }] },
      RetentionDays: 30,
    });
    await harness.start();
    const { Entries } = await put({ n: 1 });
    await put({ n: 2 }, { Source: 'other' });
    await put({ n: 3 }, { Time: new Date(harness.clock.now() - 10 * 3_600_000) });
    const replay = {
      ReplayName: 'again',
      EventSourceArn: attributes.Arn,
      EventStartTime: new Date(harness.clock.now() - 3_600_000),
      EventEndTime: new Date(harness.clock.now() + 3_600_000),
      Destination: {
        Arn: arn('events', 'event-bus/automation'),
        FilterArns: [arn('events', 'rule/automation/pushes')],
      },
    };
    expect(await harness.call('eventbridge', 'StartReplay', replay)).toMatchObject({ State: 'STARTING' });
    await settled('replay-completed');
    await harness.clock.advance(1);
    const received = harness.calls.map(({ input }) => JSON.parse(String((input as { Payload: Buffer }).Payload)));
    expect(received).toHaveLength(3);
    expect(received[2]).toMatchObject({ id: Entries[0]!.EventId, detail: { n: 1 }, 'replay-name': 'again' });
    expect(await harness.call('eventbridge', 'DescribeReplay', { ReplayName: 'again' })).toMatchObject({
      State: 'COMPLETED',
    });
    await expect(harness.call('eventbridge', 'StartReplay', replay)).rejects.toMatchObject({
      code: 'ResourceAlreadyExistsException',
    });
  });

  it('comes from a schedule at its times, and once for all that were missed', async () => {
    const options = { now: Date.parse('2031-01-01T00:00:30Z') };
    const first = await createServiceHarness([createEventsModule], options);
    harness = first;
    const rule = {
      Name: 'nightly',
      ScheduleExpression: 'cron(0 2 * * ? *)',
      Targets: [{ Id: 'Function', Arn: FUNCTION_ARN }],
    };
    await first.create('AWS::Events::Rule', 'Nightly', rule);
    await first.start();
    await first.clock.advance(2 * 86_400_000);
    const received = first.calls.map(({ input }) => JSON.parse(String((input as { Payload: Buffer }).Payload)));
    expect(received.map(({ time }) => time)).toEqual(['2031-01-01T02:00:00Z', '2031-01-02T02:00:00Z']);
    expect(received[0]).toMatchObject({
      'detail-type': 'Scheduled Event',
      source: 'aws.events',
      resources: [arn('events', 'rule/nightly')],
      detail: {},
    });
    await first.stop();

    harness = await createServiceHarness([createEventsModule], {
      directory: first.directory,
      now: Date.parse('2031-01-09T12:00:00Z'),
    });
    await harness.create('AWS::Events::Rule', 'Nightly', rule);
    await harness.start();
    await settled('target-delivered');
    await harness.clock.advance(86_400_000);
    expect(count('schedule-fired')).toBe(2);
  });
});

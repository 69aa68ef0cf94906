import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createEventsModule } from '../../../../local/services/events/module.ts';
import { ACCOUNT_ID, createServiceHarness, REGION, type ServiceHarness } from '../service-harness.ts';

const FUNCTION_ARN = `arn:aws:lambda:${REGION}:${ACCOUNT_ID}:function:notify`;

describe('rules through the API', () => {
  let harness: ServiceHarness;
  const call = (operation: string, input: object) => harness.call('eventbridge', operation, input);

  beforeAll(async () => {
    harness = await createServiceHarness([createEventsModule]);
    await harness.start();
  });
  afterAll(() => harness.stop());

  it('can be made, listed, used and deleted', async () => {
    const EventPattern = '{"source":["test"]}';
    expect(await call('PutRule', { Name: 'mine', EventPattern })).toEqual({
      RuleArn: `arn:aws:events:${REGION}:${ACCOUNT_ID}:rule/mine`,
    });
    await call('PutTargets', { Rule: 'mine', Targets: [{ Id: '1', Arn: FUNCTION_ARN }] });
    expect(await call('DescribeRule', { Name: 'mine' })).toMatchObject({
      State: 'ENABLED',
      EventPattern,
      EventBusName: 'default',
    });
    expect(await call('ListRules', { NamePrefix: 'mi' })).toMatchObject({ Rules: [{ Name: 'mine' }] });
    expect(await call('ListTargetsByRule', { Rule: 'mine' })).toEqual({ Targets: [{ Id: '1', Arn: FUNCTION_ARN }] });
    expect(await call('ListRuleNamesByTarget', { TargetArn: FUNCTION_ARN })).toEqual({ RuleNames: ['mine'] });
    await call('PutEvents', { Entries: [{ Source: 'test', DetailType: 'd', Detail: '{}' }] });
    await harness.context.trace.waitFor(({ name }) => name === 'target-delivered');
    await expect(call('DeleteRule', { Name: 'mine' })).rejects.toThrow("Rule can't be deleted since it has targets.");
    await call('RemoveTargets', { Rule: 'mine', Ids: ['1'] });
    await call('DeleteRule', { Name: 'mine' });
    await expect(call('DescribeRule', { Name: 'mine' })).rejects.toThrow(
      'Rule mine does not exist on EventBus default.',
    );
  });

  it.each([
    [{ Name: 'x' }, 'EventPattern or ScheduleExpression must be specified'],
    [
      { Name: 'x', EventPattern: '{"source":"s"}' },
      'Event pattern is not valid. Reason: "source" must be an object or an array',
    ],
    [{ Name: 'x', ScheduleExpression: 'rate(1 days)' }, 'Parameter ScheduleExpression is not valid.'],
    [{ Name: 'a b', EventPattern: '{"source":["s"]}' }, 'regular expression'],
    [{ Name: 'x', EventBusName: 'none', EventPattern: '{"source":["s"]}' }, 'Event bus none does not exist.'],
  ])('are refused when malformed: %j', async (input, message) => {
    await expect(call('PutRule', input)).rejects.toThrow(message);
  });

  it('test a pattern against an event', async () => {
    const event = {
      id: '1',
      account: '1',
      source: 's',
      time: 't',
      region: 'r',
      resources: [],
      'detail-type': 'd',
      detail: { a: 5 },
    };
    const test = (EventPattern: string, value: object) =>
      call('TestEventPattern', { EventPattern, Event: JSON.stringify(value) });
    expect(await test('{"detail":{"a":[{"numeric":[">",4]}]}}', event)).toEqual({ Result: true });
    expect(await test('{"detail":{"a":[4]}}', event)).toEqual({ Result: false });
    await expect(test('{"detail":4}', event)).rejects.toMatchObject({ code: 'InvalidEventPatternException' });
    await expect(test('{"source":["s"]}', { source: 's' })).rejects.toThrow('it lacks id, account');
  });

  it('of a template are refused loudly where a target cannot run', async () => {
    const rule = {
      EventPattern: { source: ['s'] },
      Targets: [{ Id: '1', Arn: 'arn:aws:ecs:eu-central-1:1:cluster/c' }],
    };
    await expect(harness.create('AWS::Events::Rule', 'Cluster', rule)).rejects.toThrow(
      '"Cluster": Parameter arn:aws:ecs',
    );
  });
});

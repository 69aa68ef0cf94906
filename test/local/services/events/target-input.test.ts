import { describe, expect, it } from '@jest/globals';
import { buildTargetInput } from '../../../../local/services/events/targets/build-target-input.ts';

const event = {
  version: '0',
  id: '7bf73129-1428-4cd3-a780-95db273d1602',
  'detail-type': 'EC2 Instance State-change Notification',
  source: 'aws.ec2',
  account: '123456789012',
  time: '2015-11-11T21:29:54Z',
  region: 'us-east-1',
  resources: ['arn:aws:ec2:us-east-1:123456789012:instance/i-abcd1111'],
  detail: {
    'instance-id': 'i-0123456789',
    state: 'RUNNING',
    count: 3,
    quote: 'say "hi" <state>\n',
    deep: { list: [{ a: 1 }] },
  },
};
const source = {
  event,
  ruleArn: 'arn:aws:events:us-east-1:123456789012:rule/example',
  ruleName: 'example',
  ingestedAt: 0,
};

const transform = (InputTemplate: string, InputPathsMap: Record<string, string> = {}) =>
  buildTargetInput({ Id: 'T', Arn: 'arn', InputTransformer: { InputTemplate, InputPathsMap } }, source);

// Examples of https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
describe('the input of a target', () => {
  const paths = {
    instance: '$.detail.instance-id',
    state: '$.detail.state',
    count: '$.detail.count',
    detail: '$.detail.deep',
  };

  it('is the event, a part of it or a constant', () => {
    expect(JSON.parse(buildTargetInput({ Id: 'T', Arn: 'a' }, source))).toEqual(event);
    expect(buildTargetInput({ Id: 'T', Arn: 'a', InputPath: '$.detail.deep.list[0]' }, source)).toBe('{"a":1}');
    expect(buildTargetInput({ Id: 'T', Arn: 'a', InputPath: "$['detail-type']" }, source)).toContain('EC2');
    expect(buildTargetInput({ Id: 'T', Arn: 'a', Input: '[1]' }, source)).toBe('[1]');
  });

  it.each([
    ['"instance <instance> is in <state>"', '"instance i-0123456789 is in RUNNING"'],
    [
      '{"instance": <instance>, "count": <count>, "all": <detail>}',
      '{"instance": "i-0123456789", "count": 3, "all": {"list":[{"a":1}]}}',
    ],
    ['{"text": "<instance> has \\"<count>\\""}', '{"text": "i-0123456789 has \\"3\\""}'],
    ['<detail>', '{"list":[{"a":1}]}'],
    ['<instance> is <state>', 'i-0123456789 is RUNNING'],
    [
      '{"rule": <aws.events.rule-name>, "arn": "<aws.events.rule-arn>"}',
      `{"rule": "example", "arn": "${source.ruleArn}"}`,
    ],
    ['{"at": <aws.events.event.ingestion-time>}', '{"at": "1970-01-01T00:00:00.000Z"}'],
  ])('fills the template %s', (template, expected) => {
    expect(transform(template, paths)).toBe(expected);
  });

  it('holds the event without and with its detail under reserved names', () => {
    expect(JSON.parse(transform('<aws.events.event.json>'))).toEqual(event);
    expect(JSON.parse(transform('{"event": <aws.events.event>}')).event).not.toHaveProperty('detail');
  });

  it('leaves out what the event does not have', () => {
    expect(JSON.parse(transform('{"a": <none>, "b": "x<none>y"}', { none: '$.detail.none' }))).toEqual({
      a: '',
      b: 'xy',
    });
  });

  it('never reads values as templates, nor lets them leave their quotes', () => {
    const text = transform('{"a": "<quote>", "b": <quote>}', { quote: '$.detail.quote', state: '$.detail.state' });
    expect(JSON.parse(text)).toEqual({ a: event.detail.quote, b: event.detail.quote });
  });
});

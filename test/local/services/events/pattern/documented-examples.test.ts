import { describe, expect, it } from '@jest/globals';
import { createPatternTest } from '../../../../../local/services/events/pattern/matches-pattern.ts';
import { parsePattern } from '../../../../../local/services/events/pattern/parse-pattern.ts';
import { PatternIndex } from '../../../../../local/services/events/pattern/pattern-index.ts';
import { measureCpu } from '../../../../measure-cpu.ts';
import { referenceMatch } from './reference-match.ts';

// The event of https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html and of event-ruler's README.
const event = {
  version: '0',
  id: '6a7e8feb-b491-4cf7-a9f1-bf3703467718',
  'detail-type': 'EC2 Instance State-change Notification',
  source: 'aws.ec2',
  account: '111122223333',
  time: '2017-10-02T16:24:49Z',
  region: 'us-west-1',
  resources: [
    'arn:aws:autoscaling:us-east-1:123456789012:autoScalingGroup:eb56d16b:autoScalingGroupName/ASGTerminate',
    'arn:aws:ec2:us-east-1:111122223333:instance/i-b188560f',
  ],
  detail: {
    'c-count': 5,
    'd-count': 3,
    'x-limit': 301.8,
    'source-ip': '10.0.0.33',
    'source-ip6': '2001:db8::ff',
    'instance-id': 'i-000000aaaaaa00000',
    state: 'running',
    path: 'dir/sub/image.png',
    text: 'a*b\\c',
    empty: '',
    nothing: null,
    ready: true,
    list: [],
    nested: { id: 1 },
    big: 6e9,
    employees: [
      { firstName: 'Anna', lastName: 'Jones', ids: [1234, 1000, 9000] },
      { firstName: 'John', lastName: 'Smith', ids: [11, 22] },
    ],
  },
};

const detail = (fields: object) => ({ detail: fields });

const cases: [matches: boolean, pattern: object][] = [
  // Equality, arrays as sets, null and empty
  [true, { source: ['aws.ec2'] }],
  [true, { source: ['aws.s3', 'aws.ec2'], 'detail-type': ['EC2 Instance State-change Notification'] }],
  [false, { source: ['aws.s3'] }],
  [false, { source: ['aws.ec2'], region: ['eu-central-1'] }],
  [true, { resources: ['arn:aws:ec2:us-east-1:111122223333:instance/i-b188560f', 'arn:aws:ec2:other'] }],
  [true, detail({ 'c-count': [5] })],
  [true, detail({ 'c-count': [5.0] })],
  [false, detail({ 'c-count': ['5'] })],
  [true, detail({ ready: [true] })],
  [false, detail({ ready: ['true'] })],
  [true, detail({ nothing: [null] })],
  [false, detail({ nothing: [''] })],
  [true, detail({ empty: [''] })],
  [false, detail({ missing: [null] })],
  [false, { detail: ['running'] }],
  // Prefix and suffix
  [true, { time: [{ prefix: '2017-10-02' }] }],
  [true, { source: [{ prefix: '' }] }],
  [false, detail({ 'c-count': [{ prefix: '5' }] })],
  [true, { 'detail-type': [{ prefix: { 'equals-ignore-case': 'ec2 INSTANCE' } }] }],
  [true, { source: [{ suffix: 'ec2' }] }],
  [true, detail({ path: [{ suffix: { 'equals-ignore-case': '.PNG' } }] })],
  [false, detail({ path: [{ suffix: '.PNG' }] })],
  // Equals ignore case
  [true, { source: [{ 'equals-ignore-case': 'AWS.EC2' }] }],
  [false, { source: [{ 'equals-ignore-case': 'AWS.EC' }] }],
  // Anything but
  [true, detail({ state: [{ 'anything-but': 'initializing' }] })],
  [false, detail({ state: [{ 'anything-but': 'running' }] })],
  [true, detail({ state: [{ 'anything-but': ['stopped', 'overloaded'] }] })],
  [false, detail({ state: [{ 'anything-but': ['stopped', 'running'] }] })],
  [true, detail({ 'x-limit': [{ 'anything-but': [100, 200, 300] }] })],
  [false, detail({ 'x-limit': [{ 'anything-but': 301.8 }] })],
  [true, detail({ 'x-limit': [{ 'anything-but': 'text' }] })],
  [true, detail({ nothing: [{ 'anything-but': 'text' }] })],
  [false, detail({ missing: [{ 'anything-but': 'text' }] })],
  [false, detail({ state: [{ 'anything-but': { prefix: 'run' } }] })],
  [true, detail({ state: [{ 'anything-but': { prefix: 'init' } }] })],
  [false, detail({ state: [{ 'anything-but': { prefix: ['init', 'run'] } }] })],
  [false, detail({ path: [{ 'anything-but': { suffix: '.png' } }] })],
  [true, detail({ path: [{ 'anything-but': { suffix: ['.jpg', '.gif'] } }] })],
  [false, detail({ state: [{ 'anything-but': { 'equals-ignore-case': 'RUNNING' } }] })],
  [true, detail({ state: [{ 'anything-but': { 'equals-ignore-case': ['initializing', 'stopped'] } }] })],
  [false, detail({ path: [{ 'anything-but': { wildcard: '*/sub/*' } }] })],
  [true, detail({ path: [{ 'anything-but': { wildcard: ['*/lib/*', '*.jpg'] } }] })],
  [true, { resources: [{ 'anything-but': { prefix: 'arn:aws:ec2' } }] }],
  // Numeric
  [true, detail({ 'c-count': [{ numeric: ['>', 0, '<=', 5] }] })],
  [false, detail({ 'c-count': [{ numeric: ['>', 0, '<', 5] }] })],
  [true, detail({ 'd-count': [{ numeric: ['<', 10] }] })],
  [true, detail({ 'x-limit': [{ numeric: ['=', 3.018e2] }] })],
  [false, detail({ 'x-limit': [{ numeric: ['>=', 302] }] })],
  [false, detail({ big: [{ numeric: ['>', 0] }] })],
  [true, detail({ big: [6e9] })],
  [false, detail({ state: [{ numeric: ['>', 0] }] })],
  // IP addresses
  [true, detail({ 'source-ip': [{ cidr: '10.0.0.0/24' }] })],
  [false, detail({ 'source-ip': [{ cidr: '10.0.1.0/24' }] })],
  [true, detail({ 'source-ip': [{ cidr: '10.0.0.33/32' }] })],
  [true, detail({ 'source-ip': [{ cidr: '0.0.0.0/0' }] })],
  [true, detail({ 'source-ip6': [{ cidr: '2001:db8::/32' }] })],
  [false, detail({ 'source-ip6': [{ cidr: '2001:db9::/32' }] })],
  [false, detail({ 'source-ip6': [{ cidr: '0.0.0.0/0' }] })],
  [false, detail({ state: [{ cidr: '0.0.0.0/0' }] })],
  // Exists, only on leaves
  [true, detail({ 'c-count': [{ exists: true }] })],
  [false, detail({ 'c-count': [{ exists: false }] })],
  [true, detail({ missing: [{ exists: false }] })],
  [true, detail({ nothing: [{ exists: true }] })],
  [true, detail({ nested: [{ exists: false }] })],
  [false, detail({ nested: [{ exists: true }] })],
  [true, detail({ list: [{ exists: false }] })],
  [true, detail({ missing: [{ exists: false }, 'x'], state: ['running'] })],
  [true, detail({ absent: { deeper: [{ exists: false }] } })],
  // Wildcards
  [true, detail({ path: [{ wildcard: 'dir/*.png' }] })],
  [false, detail({ path: [{ wildcard: 'dir/*.jpg' }] })],
  [true, detail({ path: [{ wildcard: '*' }] })],
  [true, detail({ path: [{ wildcard: '*/sub/*' }] })],
  [false, detail({ path: [{ wildcard: 'dir/sub/image.pn' }] })],
  [true, detail({ text: [{ wildcard: 'a\\*b\\\\c' }] })],
  [false, detail({ state: [{ wildcard: 'run*running' }] })],
  // $or
  [true, { $or: [{ source: ['aws.s3'] }, { region: ['us-west-1'] }] }],
  [false, { source: ['aws.s3'], $or: [{ region: ['us-west-1'] }, { account: ['1'] }] }],
  [
    true,
    {
      $or: [{ source: ['aws.ec2'] }, { account: ['1'] }],
      detail: { $or: [{ 'c-count': [{ numeric: ['>', 100] }] }, { 'd-count': [{ numeric: ['<', 10] }] }] },
    },
  ],
  [
    false,
    {
      $or: [
        { source: ['aws.ec2'], $or: [{ region: ['x'] }, { account: ['y'] }] },
        { source: ['aws.s3'], region: ['us-west-1'] },
      ],
    },
  ],
  // Array consistency: https://github.com/aws/event-ruler#json-array-matching
  [true, detail({ employees: { firstName: ['Anna'], lastName: ['Jones'] } })],
  [false, detail({ employees: { firstName: ['Anna'], lastName: ['Smith'] } })],
  [true, detail({ employees: { firstName: ['Anna'], ids: [9000] } })],
  [false, detail({ employees: { firstName: ['John'], ids: [1000] } })],
  [true, detail({ employees: { firstName: ['Anna', 'John'], ids: [11] }, state: ['running'] })],
];

describe('event patterns as documented', () => {
  it.each(cases)('%s: %j', (matches, pattern) => {
    const compiled = parsePattern(JSON.stringify(pattern));
    expect({
      alone: createPatternTest(compiled)(event),
      indexed: new PatternIndex([['rule', compiled]]).find(event).length === 1,
      reference: referenceMatch(pattern, event),
    }).toEqual({ alone: matches, indexed: matches, reference: matches });
  });

  it('treat $or as a field where it cannot be an operator', () => {
    const test = createPatternTest(parsePattern({ source: ['x'], $or: { metricType: ['m'] } }));
    expect([test({ source: 'x', $or: { metricType: 'm' } }), test({ source: 'x' })]).toEqual([true, false]);
  });

  it('are matched against wildcards in linear time', () => {
    const test = createPatternTest(parsePattern({ text: [{ wildcard: `${'*a'.repeat(50)}*b` }] }));
    const cpu = measureCpu();
    expect(test({ text: 'a'.repeat(100_000) })).toBe(false);
    expect(cpu()).toBeLessThan(500);
  });
});

describe('a malformed pattern', () => {
  it.each([
    ['[]', 'Filter is not an object'],
    ['{', 'JSON'],
    ['{}', 'Empty objects are not allowed'],
    ['{"source": []}', 'Empty arrays are not allowed'],
    ['{"source": "aws.ec2"}', '"source" must be an object or an array'],
    ['{"source": [["x"]]}', 'Match value must be String, number, true, false, or null'],
    ['{"source": [{"like": "x"}]}', 'Unrecognized match type like'],
    ['{"source": [{}]}', 'Match expression name not found'],
    ['{"source": [{"prefix": "x", "suffix": "y"}]}', 'Only one key allowed in match expression'],
    ['{"source": [{"prefix": 1}]}', 'prefix match pattern must be a string'],
    ['{"source": [{"exists": "yes"}]}', 'exists match pattern must be either true or false.'],
    ['{"a": [{"numeric": ">"}]}', 'Value of numeric must be an array.'],
    ['{"a": [{"numeric": ["~", 1]}]}', 'Unrecognized numeric range operator: ~'],
    ['{"a": [{"numeric": [">", "1"]}]}', 'Value of > must be numeric'],
    ['{"a": [{"numeric": ["<", 1, ">", 0]}]}', 'Too many elements in numeric expression'],
    ['{"a": [{"numeric": [">", 5, "<", 1]}]}', 'Bottom must be less than top'],
    ['{"a": [{"numeric": [">", 6000000000]}]}', 'Value must be between -5.0E9 and 5.0E9, inclusive'],
    ['{"a": [{"cidr": "10.0.0.0"}]}', 'Malformed CIDR'],
    ['{"a": [{"cidr": "10.0.0.0/33"}]}', 'mask bits must not exceed 32'],
    ['{"a": [{"wildcard": "a**b"}]}', 'Consecutive wildcard characters at pos 1'],
    ['{"a": [{"wildcard": "a\\\\b"}]}', 'Invalid escape character at pos 1'],
    ['{"a": [{"anything-but": ["x", 1]}]}', 'mixed type is not supported'],
    ['{"a": [{"anything-but": null}]}', 'Value of anything-but must be an array or single string/number value.'],
    ['{"a": [{"anything-but": {"cidr": "10.0.0.0/8"}}]}', 'Unsupported anything-but pattern: cidr'],
    ['{"a": [{"anything-but": {"prefix": ""}}]}', 'Null prefix not allowed'],
  ])('%s is refused', (pattern, reason) => {
    expect(() => parsePattern(pattern)).toThrow(
      expect.objectContaining({
        code: 'InvalidEventPatternException',
        message: expect.stringMatching(/^Event pattern is not valid. Reason: /),
      }),
    );
    expect(() => parsePattern(pattern)).toThrow(reason);
  });

  it('whose $or multiplies beyond bounds is refused', () => {
    const or = Array.from({ length: 4 }, (_, index) => ({ [`f${index}`]: ['x'] }));
    const pattern: Record<string, unknown> = {};
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) pattern[name] = { $or: or };
    expect(() => parsePattern(pattern)).toThrow('Rule is too complex');
  });
});

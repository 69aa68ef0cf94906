// https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_TestEventPattern.html
import type { TestEventPatternCommandInput } from '@aws-sdk/client-eventbridge';
import { AwsError, type Operation } from '../../../runtime/service.ts';
import { createPatternTest } from '../pattern/matches-pattern.ts';
import { parsePattern } from '../pattern/parse-pattern.ts';

const REQUIRED_FIELDS = ['id', 'account', 'source', 'time', 'region', 'resources', 'detail-type'];

function parseEvent(text: string): object {
  let event: unknown;
  try {
    event = JSON.parse(text);
  } catch (error) {
    throw new AwsError('ValidationException', `Parameter Event is not valid. Reason: ${(error as Error).message}`);
  }
  if (typeof event !== 'object' || event === null || Array.isArray(event)) {
    throw new AwsError('ValidationException', 'Parameter Event is not valid. Reason: it is not an object.');
  }
  const missing = REQUIRED_FIELDS.filter((name) => !Object.hasOwn(event, name));
  if (missing.length > 0) {
    throw new AwsError('ValidationException', `Parameter Event is not valid. Reason: it lacks ${missing.join(', ')}.`);
  }
  return event;
}

export const testEventPattern: Operation = {
  authorize: () => [{ action: 'events:TestEventPattern', resource: '*' }],
  handle(input: TestEventPatternCommandInput) {
    const test = createPatternTest(parsePattern(input.EventPattern ?? ''));
    return { Result: test(parseEvent(input.Event ?? '')) };
  },
};

import { describe, expect, it } from '@jest/globals';
import { parseDeadLetter } from '../../../cli/commands/parse-dead-letter.ts';

const attribute = (StringValue: string) => ({ DataType: 'String', StringValue });
const functionArn = 'arn:aws:lambda:eu-central-1:123456789012:function:notify:$LATEST';

describe('a dead letter', () => {
  it('of a rule names its target and error in attributes; its body is the event', () => {
    const Body = '{"source":"github.com"}';
    const target = 'arn:aws:states:eu-central-1:123456789012:stateMachine:promote-release';
    const attributes = {
      TARGET_ARN: attribute(target),
      ERROR_CODE: attribute('NO_PERMISSIONS'),
      ERROR_MESSAGE: attribute('not authorized to start it'),
    };
    const origin = { target, reason: 'not authorized to start it', payload: Body };
    expect(parseDeadLetter({ Body, MessageAttributes: attributes })).toEqual(origin);
    const { ERROR_MESSAGE: _, ...withoutMessage } = attributes;
    expect(parseDeadLetter({ Body, MessageAttributes: withoutMessage }).reason).toBe('NO_PERMISSIONS');
  });

  it('of a failed invocation wraps the event', () => {
    const Body = JSON.stringify({
      version: '1.0',
      requestContext: { requestId: '1', functionArn, condition: 'RetriesExhausted', approximateInvokeCount: 3 },
      requestPayload: { detail: { number: 1 } },
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
      responsePayload: { errorType: 'ForbiddenError', errorMessage: 'Slack refuses our token' },
    });
    expect(parseDeadLetter({ Body })).toEqual({
      target: functionArn,
      reason: 'Slack refuses our token',
      payload: '{"detail":{"number":1}}',
    });
    const expired = { requestContext: { functionArn, condition: 'EventAgeExceeded' }, requestPayload: {} };
    expect(parseDeadLetter({ Body: JSON.stringify(expired) }).reason).toBe('EventAgeExceeded');
  });

  it('of another form is left to a person', () => {
    expect(() => parseDeadLetter({ Body: '{}' })).toThrow(/read it in the SQS console/);
  });
});

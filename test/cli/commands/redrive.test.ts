import { type Message, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { expect, it } from '@jest/globals';
import { redriveDeadLetters } from '../../../cli/commands/redrive.ts';
import type { Connection } from '../../../cli/connection.ts';

const functionArn = 'arn:aws:lambda:eu-central-1:123456789012:function:notify';
const letters: readonly Message[] = [
  { MessageId: 'unreadable', ReceiptHandle: 'r1', Body: 'not JSON' },
  {
    MessageId: 'good',
    ReceiptHandle: 'r2',
    Body: JSON.stringify({ requestContext: { functionArn, condition: 'RetriesExhausted' }, requestPayload: { a: 1 } }),
  },
];

/** One queue with those letters; what else is sent is recorded by the command's name. */
function buildConnection(): { connection: Connection; sent: string[] } {
  const sent: string[] = [];
  const client = {
    async send(command: { input: Record<string, unknown> }) {
      if (command instanceof ReceiveMessageCommand) return { Messages: letters };
      sent.push(`${command.constructor.name} ${command.input.ReceiptHandle ?? command.input.FunctionName}`);
      return {};
    },
  };
  const deployment = { deadLetterQueueUrls: { notification: 'https://sqs/notification' } };
  return { connection: { deployment, sqs: client, lambda: client } as unknown as Connection, sent };
}

it('leaves a letter that nobody can read where it is, and delivers the others', async () => {
  const { connection, sent } = buildConnection();
  const results = await redriveDeadLetters(connection, { list: false });
  expect(results.map(({ messageId, outcome }) => `${messageId} ${outcome}`)).toEqual([
    'unreadable failed',
    'good redriven',
  ]);
  expect(sent).toEqual([
    'ChangeMessageVisibilityCommand r1',
    `InvokeCommand ${functionArn}`,
    'DeleteMessageCommand r2',
  ]);
});

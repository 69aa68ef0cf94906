// `automation redrive`: sends what lies in the dead-letter queues on its way again, or goes on with a failed execution where it stopped.
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { DescribeExecutionCommand, RedriveExecutionCommand, StartExecutionCommand } from '@aws-sdk/client-sfn';
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs';
import type { Connection } from '../connection.ts';
import { CommandFailure, exitCodes, printable, renderTable } from '../output.ts';
import { renderStatus } from '../render-status.ts';
import { type DeadLetterOrigin, parseDeadLetter } from './parse-dead-letter.ts';
import { showExecution } from './show-execution.ts';

export interface RedriveOptions {
  /** One concern only. */
  readonly concern?: string | undefined;
  /** Show what lies there and leave it. */
  readonly list: boolean;
}

export interface DeadLetter {
  readonly concern: string;
  readonly messageId: string;
  /** What could not be reached or failed. */
  readonly target: string;
  readonly reason: string;
  readonly outcome: 'waiting' | 'redriven' | 'failed';
}

/** How long a message stays hidden while we work on it; after that it is back in the queue, whatever became of us. */
const visibilitySeconds = 60;

/** A message leaves its queue only after its target has accepted it. */
export async function redriveDeadLetters(connection: Connection, options: RedriveOptions): Promise<DeadLetter[]> {
  const queues = Object.entries(connection.deployment.deadLetterQueueUrls);
  const chosen = queues.filter(([concern]) => options.concern === undefined || concern === options.concern);
  if (chosen.length === 0) {
    throw new CommandFailure(
      `no concern ${options.concern}, there are ${queues.map(([concern]) => concern).join(', ')}`,
      exitCodes.usage,
    );
  }
  const results: DeadLetter[] = [];
  for (const [concern, queueUrl] of chosen) {
    for (const message of await receiveAll(connection, queueUrl)) {
      results.push(await handleMessage(connection, { concern, queueUrl, message, list: options.list }));
    }
  }
  return results;
}

/**
 * Goes on with a failed, timed-out or stopped execution. One that reached a Fail state has recorded and told its failure:
 * there is nothing to go on from, so a new execution is started with the same input.
 */
export async function redriveExecution(connection: Connection, id: string): Promise<string> {
  const { arn, input, states } = await showExecution(connection, id);
  const { stepFunctions } = connection;
  const { stateMachineArn } = await stepFunctions.send(new DescribeExecutionCommand({ executionArn: arn }));
  if (states.at(-1)?.isFail !== true) {
    await stepFunctions.send(new RedriveExecutionCommand({ executionArn: arn }));
    return arn;
  }
  const { executionArn } = await stepFunctions.send(new StartExecutionCommand({ stateMachineArn, input }));
  return String(executionArn);
}

export function renderDeadLetters(letters: readonly DeadLetter[]): string {
  if (letters.length === 0) return 'nothing lies in the dead-letter queues';
  return renderTable(
    ['CONCERN', 'OUTCOME', 'TARGET', 'REASON'],
    letters.map(({ concern, outcome, target, reason }) => [concern, renderStatus(outcome), target, printable(reason)]),
  );
}

interface Work {
  readonly concern: string;
  readonly queueUrl: string;
  readonly message: Message;
  readonly list: boolean;
}

async function handleMessage(connection: Connection, { concern, queueUrl, message, list }: Work): Promise<DeadLetter> {
  const receipt = { QueueUrl: queueUrl, ReceiptHandle: message.ReceiptHandle };
  const known = { concern, messageId: String(message.MessageId) };
  let origin: DeadLetterOrigin;
  try {
    origin = parseDeadLetter(message);
  } catch (error) {
    // One letter that nobody can read must not keep the others from their way.
    await connection.sqs.send(new ChangeMessageVisibilityCommand({ ...receipt, VisibilityTimeout: 0 }));
    return { ...known, target: '(unknown)', reason: describe(error), outcome: 'failed' };
  }
  const { target, reason, payload } = origin;
  const letter = { ...known, target, reason };
  if (list) {
    await connection.sqs.send(new ChangeMessageVisibilityCommand({ ...receipt, VisibilityTimeout: 0 }));
    return { ...letter, outcome: 'waiting' };
  }
  try {
    await deliver(connection, target, payload);
  } catch (error) {
    await connection.sqs.send(new ChangeMessageVisibilityCommand({ ...receipt, VisibilityTimeout: 0 }));
    return { ...letter, reason: describe(error), outcome: 'failed' };
  }
  await connection.sqs.send(new DeleteMessageCommand(receipt));
  return { ...letter, outcome: 'redriven' };
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function receiveAll(connection: Connection, queueUrl: string): Promise<Message[]> {
  const messages = new Map<string, Message>();
  for (;;) {
    const { Messages = [] } = await connection.sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: 10,
        VisibilityTimeout: visibilitySeconds,
        MessageAttributeNames: ['All'],
      }),
    );
    const fresh = Messages.filter(({ MessageId }) => !messages.has(String(MessageId)));
    if (fresh.length === 0) return [...messages.values()];
    for (const message of fresh) messages.set(String(message.MessageId), message);
  }
}

async function deliver(connection: Connection, target: string, payload: string): Promise<void> {
  if (target.includes(':states:')) {
    await connection.stepFunctions.send(new StartExecutionCommand({ stateMachineArn: target, input: payload }));
    return;
  }
  if (target.includes(':lambda:')) {
    const functionName = target.replace(/:\$LATEST$/, '');
    await connection.lambda.send(
      new InvokeCommand({ FunctionName: functionName, InvocationType: 'Event', Payload: Buffer.from(payload) }),
    );
    return;
  }
  throw new CommandFailure(`cannot redrive to ${target}: only functions and state machines are known targets`);
}

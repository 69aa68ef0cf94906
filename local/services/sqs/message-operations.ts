// Sending, receiving and deleting messages.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_Operations.html
import type {
  ChangeMessageVisibilityCommandInput,
  DeleteMessageCommandInput,
  PurgeQueueCommandInput,
  ReceiveMessageCommandInput,
  ReceiveMessageResult,
  SendMessageCommandInput,
  SendMessageResult,
} from '@aws-sdk/client-sqs';
import type { RuntimeContext } from '../../runtime/context.ts';
import { AwsError, type CallContext, type Operation } from '../../runtime/service.ts';
import { createBatchOperations } from './batch-operations.ts';
import { buildMessage, type MessageDraft, parseAttributes } from './build-message.ts';
import { describeMessage } from './describe-message.ts';
import { digestAttributes, digestBody } from './message-digest.ts';
import type { MessageQueue } from './message-queue.ts';
import { listQueuePermissions } from './queue-permissions.ts';
import type { Queues } from './queues.ts';
import { findReceipt, type StoredMessage } from './stored-message.ts';

const largestReception = 10;
const longestWaitSeconds = 20;
const longestVisibilitySeconds = 43_200;

/** What one message of a send, delete or visibility change does; the batch operations share it. */
export interface MessageActions {
  send(queue: MessageQueue, draft: MessageDraft, call: CallContext): SendMessageResult;
  delete(queue: MessageQueue, receiptHandle: string): void;
  changeVisibility(queue: MessageQueue, receiptHandle: string, seconds: number): void;
}

export function createMessageOperations(context: RuntimeContext, queues: Queues): Readonly<Record<string, Operation>> {
  const actions = createMessageActions(context, queues);

  const sendMessage: Operation = {
    authorize: ({ QueueUrl }: SendMessageCommandInput, call: CallContext) =>
      listQueuePermissions(queues, 'SendMessage', QueueUrl, call, ['kms:GenerateDataKey', 'kms:Decrypt']),
    handle: async (input: SendMessageCommandInput, call: CallContext): Promise<SendMessageResult> => {
      const result = actions.send(queues.getByUrl(call.region, input.QueueUrl), input, call);
      await context.store.flush();
      return result;
    },
  };

  const receiveMessage: Operation = {
    waitsOnClock: true,
    authorize: ({ QueueUrl }: ReceiveMessageCommandInput, call: CallContext) =>
      listQueuePermissions(queues, 'ReceiveMessage', QueueUrl, call, ['kms:Decrypt']),
    handle: async (input: ReceiveMessageCommandInput, call: CallContext): Promise<ReceiveMessageResult> => {
      const queue = queues.getByUrl(call.region, input.QueueUrl);
      const taken = await receive(context, queue, input, call.signal);
      if (taken.length === 0) return {};
      await context.store.flush();
      return { Messages: taken.map((message) => describeMessage(message, input)) };
    },
  };

  const deleteMessage: Operation = {
    authorize: ({ QueueUrl }: DeleteMessageCommandInput, call: CallContext) =>
      listQueuePermissions(queues, 'DeleteMessage', QueueUrl, call),
    handle: async (input: DeleteMessageCommandInput, call: CallContext) => {
      actions.delete(queues.getByUrl(call.region, input.QueueUrl), input.ReceiptHandle ?? '');
      await context.store.flush();
      return {};
    },
  };

  const changeMessageVisibility: Operation = {
    authorize: ({ QueueUrl }: ChangeMessageVisibilityCommandInput, call: CallContext) =>
      listQueuePermissions(queues, 'ChangeMessageVisibility', QueueUrl, call),
    handle: async (input: ChangeMessageVisibilityCommandInput, call: CallContext) => {
      const queue = queues.getByUrl(call.region, input.QueueUrl);
      actions.changeVisibility(queue, input.ReceiptHandle ?? '', input.VisibilityTimeout ?? 0);
      await context.store.flush();
      return {};
    },
  };

  const purgeQueue: Operation = {
    authorize: ({ QueueUrl }: PurgeQueueCommandInput, call: CallContext) =>
      listQueuePermissions(queues, 'PurgeQueue', QueueUrl, call),
    handle: async ({ QueueUrl }: PurgeQueueCommandInput, call: CallContext) => {
      queues.getByUrl(call.region, QueueUrl).purge();
      await context.store.flush();
      return {};
    },
  };

  return {
    SendMessage: sendMessage,
    ReceiveMessage: receiveMessage,
    DeleteMessage: deleteMessage,
    ChangeMessageVisibility: changeMessageVisibility,
    PurgeQueue: purgeQueue,
    ...createBatchOperations(context, queues, actions),
  };
}

function createMessageActions(context: RuntimeContext, queues: Queues): MessageActions {
  return {
    send: (queue, draft, call) => {
      const stamp = { sequence: queues.nextSequence(), senderId: call.principal.arn, now: context.clock.now() };
      const message = buildMessage(queue, draft, stamp);
      const duplicate =
        message.deduplicationId === undefined
          ? undefined
          : queue.findDuplicate(message.deduplicationId, message.groupId);
      if (duplicate === undefined) queue.add(message);
      return describeSent(queue, draft, duplicate ?? message);
    },
    delete: (queue, receiptHandle) => {
      const { message, isLatest } = getReceived(queue, receiptHandle);
      // A handle of an earlier reception deletes nothing and is answered as if it had, as AWS does.
      if (message !== undefined && isLatest) queue.remove(message);
    },
    changeVisibility: (queue, receiptHandle, seconds) => {
      if (seconds < 0 || seconds > longestVisibilitySeconds) {
        throw new AwsError(
          'InvalidParameterValue',
          `Value ${seconds} for parameter VisibilityTimeout is invalid. Reason: VisibilityTimeout must be between 0 and ${longestVisibilitySeconds}.`,
        );
      }
      const { message, isLatest } = getReceived(queue, receiptHandle);
      if (message === undefined || !isLatest) {
        throw new AwsError(
          'InvalidParameterValue',
          `Value ${receiptHandle} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change.`,
        );
      }
      if (message.visibleAt <= context.clock.now()) {
        throw new AwsError('MessageNotInflight', "The specified message isn't in flight.");
      }
      queue.hideFor(message, seconds);
    },
  };
}

function describeSent(queue: MessageQueue, draft: MessageDraft, message: StoredMessage): SendMessageResult {
  const attributesDigest = digestAttributes(message.attributes);
  const systemDigest = digestAttributes(parseAttributes(draft.MessageSystemAttributes ?? {}));
  return {
    MessageId: message.id,
    MD5OfMessageBody: digestBody(message.body),
    ...(attributesDigest !== undefined && { MD5OfMessageAttributes: attributesDigest }),
    ...(systemDigest !== undefined && { MD5OfMessageSystemAttributes: systemDigest }),
    ...(queue.isFifo && { SequenceNumber: message.sequence }),
  };
}

/** The message of a handle, if it still exists. Throws AwsError for text that was never a handle. */
function getReceived(queue: MessageQueue, receiptHandle: string): { message?: StoredMessage; isLatest: boolean } {
  const receipt = findReceipt(receiptHandle);
  if (receipt === undefined) {
    throw new AwsError(
      'ReceiptHandleIsInvalid',
      `The input receipt handle "${receiptHandle}" is not a valid receipt handle.`,
    );
  }
  const message = queue.find(receipt.sequence);
  if (message === undefined) return { isLatest: false };
  return { message, isLatest: message.receipt === receipt.receipt };
}

async function receive(
  context: RuntimeContext,
  queue: MessageQueue,
  input: ReceiveMessageCommandInput,
  signal: AbortSignal | undefined,
): Promise<StoredMessage[]> {
  const limit = checkRange('MaxNumberOfMessages', input.MaxNumberOfMessages ?? 1, 1, largestReception);
  const defaultWait = queue.setting('ReceiveMessageWaitTimeSeconds');
  const waitSeconds = checkRange('WaitTimeSeconds', input.WaitTimeSeconds ?? defaultWait, 0, longestWaitSeconds);
  const visibilitySeconds = checkRange(
    'VisibilityTimeout',
    input.VisibilityTimeout ?? queue.setting('VisibilityTimeout'),
    0,
    longestVisibilitySeconds,
  );
  const until = context.clock.now() + waitSeconds * 1000;
  for (;;) {
    const taken = queue.take(limit, visibilitySeconds);
    if (taken.length > 0 || context.clock.now() >= until || queue.isStopped || signal?.aborted === true) return taken;
    await queue.waitForChange(until, signal);
  }
}

function checkRange(name: string, value: number, least: number, most: number): number {
  if (value >= least && value <= most) return value;
  throw new AwsError(
    'InvalidParameterValue',
    `Value ${value} for parameter ${name} is invalid. Reason: Must be between ${least} and ${most}, if provided.`,
  );
}

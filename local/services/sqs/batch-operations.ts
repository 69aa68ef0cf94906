// The batch forms of send, delete and visibility change: each entry succeeds or fails by itself.
import type {
  BatchResultErrorEntry,
  ChangeMessageVisibilityBatchCommandInput,
  DeleteMessageBatchCommandInput,
  SendMessageBatchCommandInput,
} from '@aws-sdk/client-sqs';
import type { RuntimeContext } from '../../runtime/context.ts';
import { AwsError, type CallContext, type Operation } from '../../runtime/service.ts';
import type { MessageActions } from './message-operations.ts';
import { listQueuePermissions } from './queue-permissions.ts';
import type { Queues } from './queues.ts';

const largestBatch = 10;
const largestBatchBytes = 1_048_576;

interface BatchEntry {
  readonly Id: string | undefined;
}

export function createBatchOperations(
  context: RuntimeContext,
  queues: Queues,
  actions: MessageActions,
): Readonly<Record<string, Operation>> {
  async function runEach<Entry extends BatchEntry>(entries: readonly Entry[] = [], run: (entry: Entry) => object) {
    checkEntries(entries);
    const Successful: object[] = [];
    const Failed: BatchResultErrorEntry[] = [];
    for (const entry of entries) {
      try {
        Successful.push({ Id: entry.Id, ...run(entry) });
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        Failed.push({ Id: entry.Id, SenderFault: true, Code: error.code, Message: error.message });
      }
    }
    await context.store.flush();
    return { Successful, Failed };
  }

  return {
    SendMessageBatch: {
      authorize: ({ QueueUrl }: SendMessageBatchCommandInput, call: CallContext) =>
        listQueuePermissions(queues, 'SendMessage', QueueUrl, call, ['kms:GenerateDataKey', 'kms:Decrypt']),
      handle: ({ QueueUrl, Entries }: SendMessageBatchCommandInput, call: CallContext) => {
        const queue = queues.getByUrl(call.region, QueueUrl);
        const size = (Entries ?? []).reduce((bytes, entry) => bytes + Buffer.byteLength(entry.MessageBody ?? ''), 0);
        if (size > largestBatchBytes) {
          throw new AwsError(
            'BatchRequestTooLong',
            `Batch requests cannot be longer than ${largestBatchBytes} bytes. You have sent ${size} bytes.`,
          );
        }
        return runEach(Entries, (entry) => actions.send(queue, entry, call));
      },
    },
    DeleteMessageBatch: {
      authorize: ({ QueueUrl }: DeleteMessageBatchCommandInput, call: CallContext) =>
        listQueuePermissions(queues, 'DeleteMessage', QueueUrl, call),
      handle: ({ QueueUrl, Entries }: DeleteMessageBatchCommandInput, call: CallContext) => {
        const queue = queues.getByUrl(call.region, QueueUrl);
        return runEach(Entries, (entry) => {
          actions.delete(queue, entry.ReceiptHandle ?? '');
          return {};
        });
      },
    },
    ChangeMessageVisibilityBatch: {
      authorize: ({ QueueUrl }: ChangeMessageVisibilityBatchCommandInput, call: CallContext) =>
        listQueuePermissions(queues, 'ChangeMessageVisibility', QueueUrl, call),
      handle: ({ QueueUrl, Entries }: ChangeMessageVisibilityBatchCommandInput, call: CallContext) => {
        const queue = queues.getByUrl(call.region, QueueUrl);
        return runEach(Entries, (entry) => {
          actions.changeVisibility(queue, entry.ReceiptHandle ?? '', entry.VisibilityTimeout ?? 0);
          return {};
        });
      },
    },
  };
}

function checkEntries(entries: readonly BatchEntry[]): void {
  if (entries.length === 0) {
    throw new AwsError('EmptyBatchRequest', 'There should be at least one entry in the request.');
  }
  if (entries.length > largestBatch) {
    throw new AwsError(
      'TooManyEntriesInBatchRequest',
      `Maximum number of entries per request are ${largestBatch}. You have sent ${entries.length}.`,
    );
  }
  const ids = entries.map((entry) => entry.Id ?? '');
  const repeated = ids.find((id, index) => ids.indexOf(id) !== index);
  if (repeated !== undefined) throw new AwsError('BatchEntryIdsNotDistinct', `Id ${repeated} repeated.`);
  if (!ids.every((id) => /^[\w-]{1,80}$/.test(id))) {
    throw new AwsError(
      'InvalidBatchEntryId',
      'A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.',
    );
  }
}

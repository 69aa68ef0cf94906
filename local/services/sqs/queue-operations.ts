// Queues themselves: create, find, describe, set, delete.
import type {
  CreateQueueCommandInput,
  CreateQueueResult,
  DeleteQueueCommandInput,
  GetQueueAttributesCommandInput,
  GetQueueAttributesResult,
  GetQueueUrlCommandInput,
  GetQueueUrlResult,
  ListDeadLetterSourceQueuesCommandInput,
  ListDeadLetterSourceQueuesResult,
  ListQueuesCommandInput,
  ListQueuesResult,
  ListQueueTagsCommandInput,
  ListQueueTagsResult,
  SetQueueAttributesCommandInput,
  TagQueueCommandInput,
  UntagQueueCommandInput,
} from '@aws-sdk/client-sqs';
import type { RuntimeContext } from '../../runtime/context.ts';
import { AwsError, type CallContext, type Operation } from '../../runtime/service.ts';
import type { MessageQueue } from './message-queue.ts';
import { listQueuePermissions } from './queue-permissions.ts';
import { checkAttributes, checkQueue, completeAttributes, type QueueRecord } from './queue-settings.ts';
import { buildNoSuchQueue, type Queues } from './queues.ts';

export function createQueueOperations(context: RuntimeContext, queues: Queues): Readonly<Record<string, Operation>> {
  const guard =
    (action: string) =>
    ({ QueueUrl }: { QueueUrl: string | undefined }, call: CallContext) =>
      listQueuePermissions(queues, action, QueueUrl, call);
  const guardByName =
    (action: string) =>
    ({ QueueName }: { QueueName: string | undefined }, call: CallContext) =>
      listQueuePermissions(queues, action, QueueName, call);

  async function change(queue: MessageQueue, changes: Partial<QueueRecord>): Promise<object> {
    queues.put({ ...queue.record, ...changes });
    await context.store.flush();
    return {};
  }

  const createQueue: Operation = {
    authorize: guardByName('CreateQueue'),
    handle: async (input: CreateQueueCommandInput, { region }: CallContext): Promise<CreateQueueResult> => {
      const name = input.QueueName ?? '';
      const attributes = input.Attributes ?? {};
      checkQueue(name, attributes);
      const existing = queues.find(region, name);
      if (existing !== undefined) {
        const known = existing.record.attributes;
        if (Object.entries(attributes).some(([key, value]) => known[key] !== value)) {
          throw new AwsError(
            'QueueNameExists',
            'A queue already exists with the same name and a different value for an attribute.',
          );
        }
        return { QueueUrl: queues.urlOf(existing) };
      }
      const now = context.clock.now();
      const stamps = { createdAt: now, modifiedAt: now };
      const completed = completeAttributes(name, attributes);
      const queue = queues.put({ name, region, attributes: completed, tags: input.tags ?? {}, ...stamps });
      await context.store.flush();
      return { QueueUrl: queues.urlOf(queue) };
    },
  };

  const getQueueUrl: Operation = {
    authorize: guardByName('GetQueueUrl'),
    handle: ({ QueueName = '' }: GetQueueUrlCommandInput, { region }: CallContext): GetQueueUrlResult => {
      const queue = queues.find(region, QueueName);
      if (queue === undefined) throw buildNoSuchQueue();
      return { QueueUrl: queues.urlOf(queue) };
    },
  };

  const getQueueAttributes: Operation = {
    authorize: guard('GetQueueAttributes'),
    handle: (input: GetQueueAttributesCommandInput, { region }: CallContext): GetQueueAttributesResult => {
      const names: readonly string[] = input.AttributeNames ?? [];
      const all = describeAttributes(queues.getByUrl(region, input.QueueUrl));
      const unknown = names.find((name) => name !== 'All' && !(name in all) && !optionalAttributes.includes(name));
      if (unknown !== undefined) throw new AwsError('InvalidAttributeName', `Unknown Attribute ${unknown}.`);
      const asked = Object.entries(all).filter(([name]) => names.includes('All') || names.includes(name));
      return asked.length === 0 ? {} : { Attributes: Object.fromEntries(asked) };
    },
  };

  const setQueueAttributes: Operation = {
    authorize: guard('SetQueueAttributes'),
    handle: async ({ QueueUrl, Attributes = {} }: SetQueueAttributesCommandInput, { region }: CallContext) => {
      const queue = queues.getByUrl(region, QueueUrl);
      checkAttributes(Attributes);
      // An empty text takes a policy away.
      const merged = Object.entries({ ...queue.record.attributes, ...Attributes }).filter(([, value]) => value !== '');
      return change(queue, { attributes: Object.fromEntries(merged), modifiedAt: context.clock.now() });
    },
  };

  const listQueues: Operation = {
    authorize: (_input: ListQueuesCommandInput, { region }: CallContext) => [
      { action: 'sqs:ListQueues', resource: queues.arnOf(region, '') },
    ],
    handle: (input: ListQueuesCommandInput, { region }: CallContext): ListQueuesResult => {
      const matching = queues
        .list(region)
        .filter((queue) => queue.record.name.startsWith(input.QueueNamePrefix ?? ''))
        .map((queue) => queues.urlOf(queue))
        .sort();
      const start = Number(input.NextToken ?? 0);
      const end = start + (input.MaxResults ?? 1000);
      return {
        QueueUrls: matching.slice(start, end),
        ...(end < matching.length && { NextToken: String(end) }),
      };
    },
  };

  const listDeadLetterSourceQueues: Operation = {
    authorize: guard('ListDeadLetterSourceQueues'),
    handle: (
      { QueueUrl }: ListDeadLetterSourceQueuesCommandInput,
      { region }: CallContext,
    ): ListDeadLetterSourceQueuesResult => {
      const { arn } = queues.getByUrl(region, QueueUrl);
      const sources = queues.list(region).filter((queue) => queue.redrivePolicy?.deadLetterTargetArn === arn);
      return { queueUrls: sources.map((queue) => queues.urlOf(queue)) };
    },
  };

  const deleteQueue: Operation = {
    authorize: guard('DeleteQueue'),
    handle: async ({ QueueUrl }: DeleteQueueCommandInput, { region }: CallContext) => {
      queues.delete(queues.getByUrl(region, QueueUrl));
      await context.store.flush();
      return {};
    },
  };

  const tagQueue: Operation = {
    authorize: guard('TagQueue'),
    handle: ({ QueueUrl, Tags = {} }: TagQueueCommandInput, { region }: CallContext) => {
      const queue = queues.getByUrl(region, QueueUrl);
      return change(queue, { tags: { ...queue.record.tags, ...Tags } });
    },
  };

  const untagQueue: Operation = {
    authorize: guard('UntagQueue'),
    handle: ({ QueueUrl, TagKeys = [] }: UntagQueueCommandInput, { region }: CallContext) => {
      const queue = queues.getByUrl(region, QueueUrl);
      const kept = Object.entries(queue.record.tags).filter(([key]) => !TagKeys.includes(key));
      return change(queue, { tags: Object.fromEntries(kept) });
    },
  };

  const listQueueTags: Operation = {
    authorize: guard('ListQueueTags'),
    handle: ({ QueueUrl }: ListQueueTagsCommandInput, { region }: CallContext): ListQueueTagsResult => ({
      Tags: { ...queues.getByUrl(region, QueueUrl).record.tags },
    }),
  };

  return {
    CreateQueue: createQueue,
    GetQueueUrl: getQueueUrl,
    GetQueueAttributes: getQueueAttributes,
    SetQueueAttributes: setQueueAttributes,
    ListQueues: listQueues,
    ListDeadLetterSourceQueues: listDeadLetterSourceQueues,
    DeleteQueue: deleteQueue,
    TagQueue: tagQueue,
    UntagQueue: untagQueue,
    ListQueueTags: listQueueTags,
  };
}

/** Known names that a queue need not have a value for. */
const optionalAttributes = [
  'Policy',
  'RedrivePolicy',
  'RedriveAllowPolicy',
  'KmsMasterKeyId',
  'KmsDataKeyReusePeriodSeconds',
  'FifoQueue',
  'ContentBasedDeduplication',
  'DeduplicationScope',
  'FifoThroughputLimit',
];

function describeAttributes(queue: MessageQueue): Record<string, string> {
  const { visible, inFlight, delayed } = queue.depth();
  const { attributes, createdAt, modifiedAt } = queue.record;
  return {
    ...attributes,
    QueueArn: queue.arn,
    ApproximateNumberOfMessages: String(visible),
    ApproximateNumberOfMessagesNotVisible: String(inFlight),
    ApproximateNumberOfMessagesDelayed: String(delayed),
    CreatedTimestamp: String(Math.floor(createdAt / 1000)),
    LastModifiedTimestamp: String(Math.floor(modifiedAt / 1000)),
  };
}

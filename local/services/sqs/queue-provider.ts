// AWS::SQS::Queue.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sqs-queue.html
import type { RuntimeContext } from '../../runtime/context.ts';
import { physicalName, type ResolvedResource, type ResourceProvider } from '../../runtime/resource.ts';
import { checkQueue, completeAttributes, type QueueAttributes } from './queue-settings.ts';
import type { Queues } from './queues.ts';

const attributeProperties = [
  'ContentBasedDeduplication',
  'DeduplicationScope',
  'DelaySeconds',
  'FifoQueue',
  'FifoThroughputLimit',
  'KmsDataKeyReusePeriodSeconds',
  'KmsMasterKeyId',
  'MaximumMessageSize',
  'MessageRetentionPeriod',
  'ReceiveMessageWaitTimeSeconds',
  'RedriveAllowPolicy',
  'RedrivePolicy',
  'SqsManagedSseEnabled',
  'VisibilityTimeout',
];

/** Settings are those of the template, the policy too (its own resource follows); messages stay. */
export function createQueueProvider(context: RuntimeContext, queues: Queues): ResourceProvider {
  return {
    type: 'AWS::SQS::Queue',
    properties: [...attributeProperties, 'QueueName', 'Tags'],
    create: async (resource) => {
      const { region } = resource.stack;
      const attributes = readAttributes(resource);
      const name = String(resource.properties.QueueName ?? buildName(resource, attributes.FifoQueue === 'true'));
      checkQueue(name, attributes);
      const previous = queues.find(region, name)?.record;
      const tags = (resource.properties.Tags ?? []) as readonly { Key: string; Value: string }[];
      const now = context.clock.now();
      const queue = queues.put({
        name,
        region,
        attributes: completeAttributes(name, attributes),
        tags: Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value])),
        createdAt: previous?.createdAt ?? now,
        modifiedAt: previous?.modifiedAt ?? now,
      });
      const url = queues.urlOf(queue);
      return { ref: url, attributes: { Arn: queue.arn, QueueName: name, QueueUrl: url } };
    },
  };
}

function readAttributes(resource: ResolvedResource): QueueAttributes {
  const given = attributeProperties.filter((name) => resource.properties[name] !== undefined);
  return Object.fromEntries(
    given.map((name) => {
      const value = resource.properties[name];
      return [name, typeof value === 'object' ? JSON.stringify(value) : String(value)];
    }),
  );
}

function buildName(resource: ResolvedResource, isFifo: boolean): string {
  return isFifo ? `${physicalName(resource, 75)}.fifo` : physicalName(resource, 80);
}

// Publish, Subscribe and what lists topics. https://docs.aws.amazon.com/sns/latest/api/
import { randomUUID } from 'node:crypto';
import type {
  CreateTopicCommandInput,
  GetTopicAttributesCommandInput,
  ListSubscriptionsByTopicCommandInput,
  PublishCommandInput,
  SubscribeCommandInput,
  UnsubscribeCommandInput,
} from '@aws-sdk/client-sns';
import { listEncryptionPermissions } from '../../identity/encryption-permission.ts';
import type { RuntimeContext } from '../../runtime/context.ts';
import { AwsError, type CallContext, type Operation } from '../../runtime/service.ts';
import type { PublishedMessage } from './deliver.ts';
import type { Topic, TopicBook } from './topic-book.ts';

/** Bytes of a message body and its attributes together. */
const messageLimitBytes = 262_144;

export function createOperations(
  context: RuntimeContext,
  topics: TopicBook,
  deliver: (message: PublishedMessage) => Promise<void>,
): Record<string, Operation> {
  const getTopic = (arn: string | undefined): Topic => {
    const topic = topics.find(arn ?? '');
    if (topic === undefined) throw new AwsError('NotFound', 'Topic does not exist', { status: 404 });
    return topic;
  };
  const onTopic =
    (action: string) =>
    ({ TopicArn = '' }: { TopicArn?: string | undefined }) => [{ action, resource: TopicArn }];
  return {
    CreateTopic: {
      authorize: ({ Name }: CreateTopicCommandInput, call: CallContext) => [
        { action: 'sns:CreateTopic', resource: `arn:aws:sns:${call.region}:${call.accountId}:${Name}` },
      ],
      handle: async ({ Name }: CreateTopicCommandInput, call: CallContext) => {
        const arn = `arn:aws:sns:${call.region}:${call.accountId}:${Name}`;
        if (topics.find(arn) === undefined) topics.define({ arn, displayName: '', keyId: undefined });
        await context.store.flush();
        return { TopicArn: arn };
      },
    },
    ListTopics: {
      authorize: () => [{ action: 'sns:ListTopics', resource: '*' }],
      handle: (_: object, call: CallContext) => ({
        Topics: topics.list(call.region).map(({ arn }) => ({ TopicArn: arn })),
      }),
    },
    GetTopicAttributes: {
      authorize: onTopic('sns:GetTopicAttributes'),
      handle: ({ TopicArn }: GetTopicAttributesCommandInput) => {
        const { arn, displayName, policy } = getTopic(TopicArn);
        return {
          Attributes: {
            TopicArn: arn,
            DisplayName: displayName,
            ...(policy ? { Policy: JSON.stringify(policy) } : {}),
          },
        };
      },
    },
    Subscribe: {
      authorize: onTopic('sns:Subscribe'),
      handle: async ({ TopicArn, Protocol = '', Endpoint = '', Attributes = {} }: SubscribeCommandInput) => {
        getTopic(TopicArn);
        const arn = topics.subscribe({
          topicArn: String(TopicArn),
          protocol: Protocol,
          endpoint: Endpoint,
          filterPolicy: Attributes.FilterPolicy === undefined ? undefined : JSON.parse(Attributes.FilterPolicy),
          filterScope: Attributes.FilterPolicyScope === 'MessageBody' ? 'MessageBody' : 'MessageAttributes',
          rawDelivery: Attributes.RawMessageDelivery === 'true',
          isFromTemplate: false,
        });
        await context.store.flush();
        return { SubscriptionArn: arn };
      },
    },
    Unsubscribe: {
      authorize: ({ SubscriptionArn = '' }: UnsubscribeCommandInput) => [
        { action: 'sns:Unsubscribe', resource: SubscriptionArn },
      ],
      handle: async ({ SubscriptionArn = '' }: UnsubscribeCommandInput) => {
        topics.unsubscribe(SubscriptionArn);
        await context.store.flush();
        return {};
      },
    },
    ListSubscriptionsByTopic: {
      authorize: onTopic('sns:ListSubscriptionsByTopic'),
      handle: ({ TopicArn }: ListSubscriptionsByTopicCommandInput) => ({
        Subscriptions: topics.subscriptionsOf(getTopic(TopicArn).arn).map(({ arn, topicArn, protocol, endpoint }) => ({
          SubscriptionArn: arn,
          TopicArn: topicArn,
          Protocol: protocol,
          Endpoint: endpoint,
          Owner: context.accountId,
        })),
      }),
    },
    Publish: {
      authorize: ({ TopicArn, TargetArn }: PublishCommandInput, { region }: CallContext) => {
        const arn = TopicArn ?? TargetArn ?? '';
        const keyId = topics.find(arn)?.keyId;
        const encryptionContext = { 'aws:sns:topicArn': arn };
        const actions = ['kms:GenerateDataKey', 'kms:Decrypt'] as const;
        return [
          { action: 'sns:Publish', resource: arn },
          ...listEncryptionPermissions({ keyId, actions, service: 'sns', region, encryptionContext }),
        ];
      },
      handle: async (input: PublishCommandInput) => {
        const topic = getTopic(input.TopicArn ?? input.TargetArn);
        const body = input.Message ?? '';
        if (body === '') throw new AwsError('InvalidParameter', 'Invalid parameter: Empty message');
        if (Buffer.byteLength(body) > messageLimitBytes)
          throw new AwsError('InvalidParameter', 'Invalid parameter: Message too long');
        const messageId = randomUUID();
        const attributes = Object.entries(input.MessageAttributes ?? {}).map(([name, { DataType, StringValue }]) => [
          name,
          { Type: String(DataType), Value: StringValue ?? '' },
        ]);
        await context.clock.work(
          deliver({
            messageId,
            topicArn: topic.arn,
            subject: input.Subject,
            body,
            attributes: Object.fromEntries(attributes),
            timestamp: new Date(context.clock.now()).toISOString(),
          }),
        );
        return { MessageId: messageId };
      },
    },
  };
}

// AWS::SNS::Topic, TopicPolicy and Subscription.
import type { RuntimeContext } from '../../runtime/context.ts';
import { physicalName, type ResourceProvider } from '../../runtime/resource.ts';
import type { PolicyDocument } from '../../runtime/service.ts';
import type { TopicBook } from './topic-book.ts';

export function createTopicProvider(context: RuntimeContext, topics: TopicBook): ResourceProvider {
  return {
    type: 'AWS::SNS::Topic',
    properties: ['TopicName', 'DisplayName', 'Subscription', 'KmsMasterKeyId'],
    withoutEffect: {
      Tags: 'cost allocation',
      TracingConfig: 'traces are not collected here',
      SignatureVersion: 'deliveries on one machine are not signed',
    },
    create: async (resource) => {
      const {
        TopicName,
        DisplayName = '',
        Subscription = [],
        KmsMasterKeyId,
      } = resource.properties as {
        TopicName?: string;
        DisplayName?: string;
        KmsMasterKeyId?: string;
        Subscription?: readonly { Protocol: string; Endpoint: string }[];
      };
      const name = TopicName ?? physicalName(resource, 256);
      const arn = `arn:aws:sns:${resource.stack.region}:${resource.stack.accountId}:${name}`;
      topics.define({ arn, displayName: DisplayName, keyId: KmsMasterKeyId });
      for (const { Protocol, Endpoint } of Subscription) {
        topics.subscribe({
          topicArn: arn,
          protocol: Protocol,
          endpoint: Endpoint,
          filterPolicy: undefined,
          filterScope: 'MessageAttributes',
          rawDelivery: false,
          isFromTemplate: true,
        });
      }
      await context.store.flush();
      return { ref: arn, attributes: { TopicArn: arn, TopicName: name } };
    },
  };
}

export function createTopicPolicyProvider(topics: TopicBook): ResourceProvider {
  return {
    type: 'AWS::SNS::TopicPolicy',
    properties: ['Topics', 'PolicyDocument'],
    create: async (resource) => {
      const { Topics, PolicyDocument } = resource.properties as {
        Topics: readonly string[];
        PolicyDocument: PolicyDocument;
      };
      for (const arn of Topics) topics.setPolicy(arn, PolicyDocument);
      return { ref: physicalName(resource), attributes: { Id: physicalName(resource) } };
    },
  };
}

export function createSubscriptionProvider(context: RuntimeContext, topics: TopicBook): ResourceProvider {
  return {
    type: 'AWS::SNS::Subscription',
    properties: [
      'TopicArn',
      'Protocol',
      'Endpoint',
      'FilterPolicy',
      'FilterPolicyScope',
      'RawMessageDelivery',
      'Region',
    ],
    withoutEffect: {
      RedrivePolicy: 'a failed delivery is recorded in the trace',
      DeliveryPolicy: 'deliveries on one machine are not throttled',
    },
    create: async (resource) => {
      const properties = resource.properties as {
        TopicArn: string;
        Protocol: string;
        Endpoint?: string;
        FilterPolicy?: Record<string, unknown>;
        FilterPolicyScope?: 'MessageAttributes' | 'MessageBody';
        RawMessageDelivery?: boolean | string;
      };
      const arn = topics.subscribe({
        topicArn: properties.TopicArn,
        protocol: properties.Protocol,
        endpoint: properties.Endpoint ?? '',
        filterPolicy: properties.FilterPolicy,
        filterScope: properties.FilterPolicyScope ?? 'MessageAttributes',
        rawDelivery: String(properties.RawMessageDelivery) === 'true',
        isFromTemplate: true,
      });
      await context.store.flush();
      return { ref: arn, attributes: { Arn: arn } };
    },
  };
}

// Topics and their subscriptions.
import { createHash } from 'node:crypto';
import type { RuntimeContext } from '../../runtime/context.ts';
import type { PolicyDocument } from '../../runtime/service.ts';
import type { Table } from '../../storage/store.ts';

export interface Topic {
  readonly arn: string;
  readonly displayName: string;
  readonly keyId: string | undefined;
  readonly policy: PolicyDocument | undefined;
}

export interface Subscription {
  readonly arn: string;
  readonly topicArn: string;
  readonly protocol: string;
  readonly endpoint: string;
  /** On message attributes, or on the body when `filterScope` says so. */
  readonly filterPolicy: Readonly<Record<string, unknown>> | undefined;
  readonly filterScope: 'MessageAttributes' | 'MessageBody';
  readonly rawDelivery: boolean;
  /** Such a subscription is forgotten when no template has it any more. */
  readonly isFromTemplate: boolean;
}

export class TopicBook {
  private readonly topics: Table<Topic>;
  private readonly subscriptions: Table<Subscription>;

  constructor(context: RuntimeContext) {
    this.topics = context.store.table<Topic>('sns/topics');
    this.subscriptions = context.store.table<Subscription>('sns/subscriptions');
    for (const [arn, { isFromTemplate }] of [...this.subscriptions.entries()]) {
      if (isFromTemplate) this.subscriptions.delete(arn);
    }
  }

  find(arn: string): Topic | undefined {
    return this.topics.get(arn);
  }

  list(region: string): Topic[] {
    return [...this.topics.values()].filter(({ arn }) => arn.split(':')[3] === region);
  }

  /** Without a policy: the template's own resource for it follows. */
  define(topic: Omit<Topic, 'policy'>): void {
    this.topics.put(topic.arn, { ...topic, policy: undefined });
  }

  setPolicy(arn: string, policy: PolicyDocument): void {
    const topic = this.find(arn);
    if (topic !== undefined) this.topics.put(arn, { ...topic, policy });
  }

  /** The same protocol and endpoint on a topic is the same subscription, as in SNS. */
  subscribe(subscription: Omit<Subscription, 'arn'>): string {
    const { topicArn, protocol, endpoint } = subscription;
    const digest = createHash('sha256').update(`${topicArn}|${protocol}|${endpoint}`).digest('hex');
    const id = [
      digest.slice(0, 8),
      digest.slice(8, 12),
      digest.slice(12, 16),
      digest.slice(16, 20),
      digest.slice(20, 32),
    ].join('-');
    const arn = `${topicArn}:${id}`;
    this.subscriptions.put(arn, { ...subscription, arn });
    return arn;
  }

  unsubscribe(arn: string): void {
    this.subscriptions.delete(arn);
  }

  subscriptionsOf(topicArn: string): Subscription[] {
    return [...this.subscriptions.values()].filter((subscription) => subscription.topicArn === topicArn);
  }
}

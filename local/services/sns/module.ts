// Amazon SNS: standard topics that deliver to queues, functions and (as a file) to mail addresses.
import type { CreateServiceModule } from '../../runtime/context.ts';
import { deliver } from './deliver.ts';
import { createOperations } from './operations.ts';
import { createSubscriptionProvider, createTopicPolicyProvider, createTopicProvider } from './providers.ts';
import { TopicBook } from './topic-book.ts';

export const createSnsModule: CreateServiceModule = (context) => {
  const topics = new TopicBook(context);
  return {
    services: [
      {
        id: 'sns',
        signingName: 'sns',
        loadSdk: () => import('@aws-sdk/client-sns'),
        operations: createOperations(context, topics, (message) => deliver(context, topics, message)),
        resourcePolicy: (arn) => topics.find(arn)?.policy,
      },
    ],
    providers: [
      createTopicProvider(context, topics),
      createTopicPolicyProvider(topics),
      createSubscriptionProvider(context, topics),
    ],
  };
};

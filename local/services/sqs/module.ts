// Amazon SQS: standard and FIFO queues.
import type { CreateServiceModule } from '../../runtime/context.ts';
import { createMessageOperations } from './message-operations.ts';
import { createMoveOperations } from './move-operations.ts';
import { MoveTasks } from './move-tasks.ts';
import { createQueueOperations } from './queue-operations.ts';
import { createQueuePolicyProvider } from './queue-policy-provider.ts';
import { createQueueProvider } from './queue-provider.ts';
import { Queues } from './queues.ts';

export const createSqsModule: CreateServiceModule = (context) => {
  const queues = new Queues(context);
  const moveTasks = new MoveTasks(context, queues);
  return {
    services: [
      {
        id: 'sqs',
        signingName: 'sqs',
        loadSdk: () => import('@aws-sdk/client-sqs'),
        operations: {
          ...createQueueOperations(context, queues),
          ...createMessageOperations(context, queues),
          ...createMoveOperations(context, queues, moveTasks),
        },
        resourcePolicy: (arn) => queues.findByArn(arn)?.policy,
        start: async () => {
          moveTasks.resume();
          queues.reportDepths();
        },
        stop: async () => queues.stop(),
      },
    ],
    providers: [createQueueProvider(context, queues), createQueuePolicyProvider(queues)],
  };
};

// Amazon CloudWatch Logs: groups, streams and events, with retention; embedded metrics go on to CloudWatch.
import type { CreateServiceModule } from '../../runtime/context.ts';
import { createEventOperations } from './event-operations.ts';
import { createGroupOperations } from './group-operations.ts';
import { LogStore } from './log-store.ts';
import { createLogProviders } from './providers.ts';
import { createResourcePolicyProvider, ResourcePolicies } from './resource-policies.ts';

export const createLogsModule: CreateServiceModule = (context) => {
  const logs = new LogStore(context);
  const policies = new ResourcePolicies();
  return {
    services: [
      {
        id: 'cloudwatchlogs',
        signingName: 'logs',
        loadSdk: () => import('@aws-sdk/client-cloudwatch-logs'),
        operations: { ...createGroupOperations(context, logs), ...createEventOperations(context, logs) },
        resourcePolicy: (arn) => policies.find(arn),
        start: async () => logs.scheduleRetention(),
        stop: async () => logs.close(),
      },
    ],
    providers: [...createLogProviders(context, logs), createResourcePolicyProvider(policies)],
  };
};

// Amazon CloudWatch Logs: groups, streams and events, with retention; embedded metrics go on to CloudWatch.
import type { CreateServiceModule } from '../../runtime/context.ts';
import { createEventOperations } from './event-operations.ts';
import { createGroupOperations } from './group-operations.ts';
import { LogStore } from './log-store.ts';
import { createLogProviders } from './providers.ts';

export const createLogsModule: CreateServiceModule = (context) => {
  const logs = new LogStore(context);
  return {
    services: [
      {
        id: 'cloudwatchlogs',
        signingName: 'logs',
        loadSdk: () => import('@aws-sdk/client-cloudwatch-logs'),
        operations: { ...createGroupOperations(context, logs), ...createEventOperations(context, logs) },
        start: async () => logs.scheduleRetention(),
        stop: () => logs.close(),
      },
    ],
    providers: createLogProviders(context, logs),
  };
};

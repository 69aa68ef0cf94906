// Amazon CloudWatch: custom metrics and the alarms on them.
import type { CreateServiceModule } from '../../runtime/context.ts';
import { AlarmBook } from './alarm-book.ts';
import { createAlarmOperations } from './alarm-operations.ts';
import { createAlarmProvider } from './alarm-provider.ts';
import { createMetricOperations } from './metric-operations.ts';
import { MetricStore } from './metric-store.ts';

export const createCloudwatchModule: CreateServiceModule = (context) => {
  const metrics = new MetricStore(context.store, context.clock);
  const alarms = new AlarmBook(context, metrics);
  return {
    services: [
      {
        id: 'cloudwatch',
        signingName: 'monitoring',
        loadSdk: () => import('@aws-sdk/client-cloudwatch'),
        operations: { ...createMetricOperations(context, metrics, alarms), ...createAlarmOperations(context, alarms) },
        start: () => alarms.start(),
        stop: async () => alarms.stop(),
      },
    ],
    providers: [createAlarmProvider(context, alarms)],
  };
};

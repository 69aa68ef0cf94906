// Amazon Route 53: hosted zones, record sets, and changes that take their time. It answers no DNS questions.
import type { CreateServiceModule } from '../../runtime/context.ts';
import { HostedZones } from './hosted-zones.ts';
import { createOperations } from './operations.ts';
import { createRecordSetProvider, healthCheckProvider } from './providers.ts';

export const createRoute53Module: CreateServiceModule = (context) => {
  const zones = new HostedZones(context.store);
  return {
    services: [
      {
        id: 'route53',
        signingName: 'route53',
        loadSdk: () => import('@aws-sdk/client-route-53'),
        operations: createOperations(context, zones),
      },
    ],
    providers: [createRecordSetProvider(zones), healthCheckProvider],
  };
};

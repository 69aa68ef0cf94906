// Amazon Route 53: hosted zones, record sets, and changes that take their time. It answers no DNS questions.
import type { CreateServiceModule } from '../../runtime/context.ts';
import { HostedZones } from './hosted-zones.ts';
import { createOperations } from './operations.ts';

export const createRoute53Module: CreateServiceModule = (context) => ({
  services: [
    {
      id: 'route53',
      signingName: 'route53',
      loadSdk: () => import('@aws-sdk/client-route-53'),
      operations: createOperations(context, new HostedZones(context.store)),
    },
  ],
  providers: [],
});

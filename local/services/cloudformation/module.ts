// AWS CloudFormation, as far as it tells what has been deployed.
import type { CreateServiceModule } from '../../runtime/context.ts';
import { createStackOperations } from './stack-operations.ts';

export const createCloudformationModule: CreateServiceModule = (context) => ({
  services: [
    {
      id: 'cloudformation',
      signingName: 'cloudformation',
      loadSdk: () => import('@aws-sdk/client-cloudformation'),
      operations: createStackOperations(context),
    },
  ],
  providers: [],
});

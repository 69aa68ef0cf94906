// AWS Secrets Manager.
import type { CreateServiceModule } from '../../runtime/context.ts';
import { createPolicyOperations } from './policy-operations.ts';
import { createSecretResourcePolicyProvider } from './resource-policy-provider.ts';
import { createSecretOperations } from './secret-operations.ts';
import { createSecretProvider } from './secret-provider.ts';
import { createSecretQueries } from './secret-queries.ts';
import { SecretTable } from './secret-table.ts';
import { createValueOperations } from './value-operations.ts';

export const createSecretsmanagerModule: CreateServiceModule = (context) => {
  const secrets = new SecretTable(context);
  return {
    services: [
      {
        id: 'secretsmanager',
        signingName: 'secretsmanager',
        loadSdk: () => import('@aws-sdk/client-secrets-manager'),
        operations: {
          ...createSecretOperations(context, secrets),
          ...createSecretQueries(secrets),
          ...createValueOperations(context, secrets),
          ...createPolicyOperations(context, secrets),
        },
        resourcePolicy: (arn) => secrets.findByArn(arn)?.resourcePolicy,
        start: async () => secrets.scheduleDeletions(),
      },
    ],
    providers: [createSecretProvider(context, secrets), createSecretResourcePolicyProvider(secrets)],
  };
};

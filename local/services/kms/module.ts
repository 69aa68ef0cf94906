// AWS KMS: symmetric keys that really encrypt, guarded by their key policies.
import type { CreateServiceModule } from '../../runtime/context.ts';
import { createCryptographicOperations } from './cryptographic-operations.ts';
import { createKeyOperations } from './key-operations.ts';
import { KeyRing } from './key-ring.ts';
import { createKeyProviders } from './providers.ts';

export const createKmsModule: CreateServiceModule = (context) => {
  const keys = new KeyRing(context);
  return {
    services: [
      {
        id: 'kms',
        signingName: 'kms',
        loadSdk: () => import('@aws-sdk/client-kms'),
        operations: { ...createKeyOperations(context, keys), ...createCryptographicOperations(keys) },
        resourcePolicy: (arn) => keys.findByArn(arn)?.policy,
        resourceContext: (arn) => ({ 'kms:ResourceAliases': keys.listAliasNames(arn) }),
      },
    ],
    providers: createKeyProviders(context, keys),
  };
};

// The image registry as the running function reaches it.
import { ECRClient } from '@aws-sdk/client-ecr';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SSMClient } from '@aws-sdk/client-ssm';
import type { Configuration } from '../../config/schema.ts';
import { awsClientOptions } from '../platform/aws-client-options.ts';
import { systemClock } from '../platform/system-clock.ts';
import { createAddressReader } from './address-reader.ts';
import { createEcrCredentials } from './ecr-credentials.ts';
import { createOciRegistry, type OciRegistry } from './oci-registry.ts';
import { createSecretReader, registrySecretSchema } from './secret-reader.ts';

/** By its secret, or, where it is Amazon ECR, as the role that the function has. */
export function connectRegistry(
  { registry }: Pick<Configuration, 'registry'>,
  environment: { readonly REGISTRY_SECRET_ID: string; readonly ADDRESSES_PARAMETER_PATH: string },
): OciRegistry {
  const path = environment.ADDRESSES_PARAMETER_PATH;
  const address = createAddressReader(new SSMClient(awsClientOptions), systemClock, path);
  const secrets = new SecretsManagerClient(awsClientOptions);
  const credentials =
    registry.kind === 'ecr'
      ? createEcrCredentials(new ECRClient(awsClientOptions), systemClock)
      : createSecretReader(secrets, systemClock, environment.REGISTRY_SECRET_ID, registrySecretSchema);
  return createOciRegistry(address, credentials);
}

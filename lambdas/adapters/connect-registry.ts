// The image registry as the running function reaches it.
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SSMClient } from '@aws-sdk/client-ssm';
import { awsClientOptions } from '../platform/aws-client-options.ts';
import { systemClock } from '../platform/system-clock.ts';
import { createAddressReader } from './address-reader.ts';
import { createOciRegistry, type OciRegistry } from './oci-registry.ts';
import { createSecretReader, registrySecretSchema } from './secret-reader.ts';

export function connectRegistry(environment: {
  readonly REGISTRY_SECRET_ID: string;
  readonly ADDRESSES_PARAMETER_PATH: string;
}): OciRegistry {
  const path = environment.ADDRESSES_PARAMETER_PATH;
  const address = createAddressReader(new SSMClient(awsClientOptions), systemClock, path);
  const secrets = new SecretsManagerClient(awsClientOptions);
  return createOciRegistry(
    address,
    createSecretReader(secrets, systemClock, environment.REGISTRY_SECRET_ID, registrySecretSchema),
  );
}

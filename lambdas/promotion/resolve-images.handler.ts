// Step ResolveImages of promote-release.
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SSMClient } from '@aws-sdk/client-ssm';
import { resolveImagesTask } from '../../contracts/workflows/promote-release.ts';
import { formatTime } from '../../core/clock.ts';
import { resolveImages } from '../../core/promotion/resolve-images.ts';
import { createAddressReader } from '../adapters/address-reader.ts';
import { connectLedger } from '../adapters/connect-ledger.ts';
import { createDynamoReleaseStore } from '../adapters/dynamo-release-store.ts';
import { createOciRegistry } from '../adapters/oci-registry.ts';
import { createSecretReader, registrySecretSchema } from '../adapters/secret-reader.ts';
import { awsClientOptions } from '../platform/aws-client-options.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineTask } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';
import { systemClock } from '../platform/system-clock.ts';

const environment = readEnvironment(['LEDGER_TABLE_NAME', 'REGISTRY_SECRET_ID', 'ADDRESSES_PARAMETER_PATH']);
const configuration = readConfiguration();
const secrets = new SecretsManagerClient(awsClientOptions);
const address = createAddressReader(new SSMClient(awsClientOptions), systemClock, environment.ADDRESSES_PARAMETER_PATH);
const ports = {
  releases: createDynamoReleaseStore(connectLedger(environment.LEDGER_TABLE_NAME)),
  registry: createOciRegistry(
    address,
    createSecretReader(secrets, systemClock, environment.REGISTRY_SECRET_ID, registrySecretSchema),
  ),
};

/** Finds the digest of each image; one that has none comes back with the reason, for the gate to judge. */
export const handler = defineTask({
  ...resolveImagesTask,
  handle: async ({ promotion }) => ({
    services: await resolveImages(configuration, ports, promotion, formatTime(systemClock.now())),
  }),
});

// The ports of gates and plans, as the running function reaches them.
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SSMClient } from '@aws-sdk/client-ssm';
import type { Configuration } from '../../config/schema.ts';
import { attestMigrations } from '../../core/migrations/attest-migrations.ts';
import type { JudgePorts } from '../../core/promotion/judge-promotion.ts';
import { createAddressReader } from '../adapters/address-reader.ts';
import type { GitHubConnection } from '../adapters/connect-github.ts';
import { connectGitOpsRepository } from '../adapters/connect-gitops-repository.ts';
import { createCosignAttester } from '../adapters/cosign-attester.ts';
import { createDynamoGateLedger } from '../adapters/dynamo-gate-ledger.ts';
import type { DynamoLedger } from '../adapters/dynamo-ledger.ts';
import { createImageSchemaLevels } from '../adapters/image-schema-levels.ts';
import { createOciRegistry } from '../adapters/oci-registry.ts';
import { createRestoreProofs } from '../adapters/restore-proofs.ts';
import { createSecretReader, registrySecretSchema } from '../adapters/secret-reader.ts';
import { awsClientOptions } from '../platform/aws-client-options.ts';
import { systemClock } from '../platform/system-clock.ts';

export function connectGates(
  configuration: Configuration,
  environment: { readonly REGISTRY_SECRET_ID: string; readonly ADDRESSES_PARAMETER_PATH: string },
  ledger: DynamoLedger,
  gitHub: GitHubConnection,
): JudgePorts {
  const address = createAddressReader(
    new SSMClient(awsClientOptions),
    systemClock,
    environment.ADDRESSES_PARAMETER_PATH,
  );
  const secrets = new SecretsManagerClient(awsClientOptions);
  const secret = createSecretReader(secrets, systemClock, environment.REGISTRY_SECRET_ID, registrySecretSchema);
  const registry = createOciRegistry(address, secret);
  const { signing, schemaLabels } = configuration.registry;
  const gateLedger = createDynamoGateLedger(ledger);
  const readLevels = schemaLabels === undefined ? undefined : createImageSchemaLevels(registry, schemaLabels);
  return {
    ledger: gateLedger,
    registry,
    repository: connectGitOpsRepository(configuration, gitHub),
    restoreProofs: createRestoreProofs(ledger, gitHub.client),
    attesters: {
      signatures: signing === undefined ? undefined : createCosignAttester(registry, signing.publicKey),
      migrations:
        readLevels === undefined
          ? undefined
          : async (service, environment) =>
              await attestMigrations({ readLevels, ledger: gateLedger }, service, environment),
      // Security evidence is a port that nothing stands behind yet: its gate says that it is not asked.
    },
  };
}

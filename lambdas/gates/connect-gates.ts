// The ports of gates and plans, as the running function reaches them.
import type { Configuration } from '../../config/schema.ts';
import { attestMigrations } from '../../core/migrations/attest-migrations.ts';
import type { JudgePorts } from '../../core/promotion/judge-promotion.ts';
import type { GitHubConnection } from '../adapters/connect-github.ts';
import { connectGitOpsRepository } from '../adapters/connect-gitops-repository.ts';
import { connectRegistry } from '../adapters/connect-registry.ts';
import { createCosignAttester } from '../adapters/cosign-attester.ts';
import { createDynamoGateLedger } from '../adapters/dynamo-gate-ledger.ts';
import type { DynamoLedger } from '../adapters/dynamo-ledger.ts';
import { createImageSchemaLevels } from '../adapters/image-schema-levels.ts';
import { createRestoreProofs } from '../adapters/restore-proofs.ts';

export function connectGates(
  configuration: Configuration,
  environment: { readonly REGISTRY_SECRET_ID: string; readonly ADDRESSES_PARAMETER_PATH: string },
  ledger: DynamoLedger,
  gitHub: GitHubConnection,
): JudgePorts {
  const registry = connectRegistry(configuration, environment);
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

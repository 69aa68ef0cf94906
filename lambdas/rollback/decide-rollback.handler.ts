// Step DecideRollback of rollback-release.
import { decideRollbackTask } from '../../contracts/workflows/rollback-release.ts';
import { createSchemaCheck } from '../../core/migrations/check-schema.ts';
import { takeDecision } from '../../core/rollback/take-decision.ts';
import { connectGitHub } from '../adapters/connect-github.ts';
import { connectGitOpsRepository } from '../adapters/connect-gitops-repository.ts';
import { connectLedger } from '../adapters/connect-ledger.ts';
import { connectRegistry } from '../adapters/connect-registry.ts';
import {
  createDynamoAlertWatch,
  createDynamoQuarantines,
  createDynamoRollbackHistory,
  createDynamoRollbackLedger,
} from '../adapters/dynamo-rollback-store.ts';
import { createImageSchemaLevels } from '../adapters/image-schema-levels.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineTask } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';

const environment = readEnvironment([
  'LEDGER_TABLE_NAME',
  'GITHUB_SECRET_ID',
  'REGISTRY_SECRET_ID',
  'ADDRESSES_PARAMETER_PATH',
]);
const configuration = readConfiguration();
const ledger = connectLedger(environment.LEDGER_TABLE_NAME);
const registry = connectRegistry(configuration, environment);
const { schemaLabels } = configuration.registry;
const ports = {
  planning: {
    history: createDynamoRollbackHistory(ledger, configuration.registry.tagTemplate),
    isAlertResolved: createDynamoAlertWatch(ledger),
    registry,
    listQuarantines: createDynamoQuarantines(ledger),
    findSchemaProblem:
      schemaLabels === undefined ? undefined : createSchemaCheck(createImageSchemaLevels(registry, schemaLabels)),
  },
  ledger: createDynamoRollbackLedger(ledger),
  repository: connectGitOpsRepository(configuration, connectGitHub(environment)),
};

export const handler = defineTask({
  ...decideRollbackTask,
  handle: async (asked) => await takeDecision(configuration, ports, asked),
});

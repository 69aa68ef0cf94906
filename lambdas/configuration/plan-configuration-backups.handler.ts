// Step PlanConfigurationBackups of back-up-configuration.
import { planConfigurationBackupsTask } from '../../contracts/workflows/back-up-configuration.ts';
import { planConfigurationBackups } from '../../core/configuration-backup/plan-configuration-backups.ts';
import { connectLedger } from '../adapters/connect-ledger.ts';
import { createDynamoBackupStore } from '../adapters/dynamo-backup-store.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineTask } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';

const environment = readEnvironment(['LEDGER_TABLE_NAME']);
const configuration = readConfiguration();
const store = createDynamoBackupStore(connectLedger(environment.LEDGER_TABLE_NAME));

export const handler = defineTask({
  ...planConfigurationBackupsTask,
  async handle(input) {
    return await planConfigurationBackups(configuration, store, input);
  },
});

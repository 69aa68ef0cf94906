// Step PlanBackups of back-up-database.
import { planBackupsTask } from '../../contracts/workflows/back-up-database.ts';
import { planBackups } from '../../core/backups/plan-backups.ts';
import { connectLedger } from '../adapters/connect-ledger.ts';
import { createDynamoBackupStore } from '../adapters/dynamo-backup-store.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineTask } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';

const environment = readEnvironment(['LEDGER_TABLE_NAME']);
const configuration = readConfiguration();
const store = createDynamoBackupStore(connectLedger(environment.LEDGER_TABLE_NAME));

/** Says which backups this run makes, and enters them into the catalogue as running. */
export const handler = defineTask({
  ...planBackupsTask,
  handle: (input) => planBackups(configuration, store, input),
});

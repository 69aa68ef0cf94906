// Step PlanVerifications of verify-backup.
import { planVerificationsTask } from '../../contracts/workflows/verify-backup.ts';
import { planVerifications } from '../../core/backups/plan-verifications.ts';
import { connectLedger } from '../adapters/connect-ledger.ts';
import { createDynamoBackupStore } from '../adapters/dynamo-backup-store.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineTask } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';

const environment = readEnvironment(['LEDGER_TABLE_NAME']);
const configuration = readConfiguration();
const store = createDynamoBackupStore(connectLedger(environment.LEDGER_TABLE_NAME));

/** Says which backups are to be proven by a restore. */
export const handler = defineTask({
  ...planVerificationsTask,
  handle: (input) => planVerifications(configuration, store, input),
});

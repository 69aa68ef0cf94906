// Step PlanDrill of recovery-drill.
import { planDrillTask } from '../../contracts/workflows/recovery-drill.ts';
import { beginDrill } from '../../core/recovery/begin-drill.ts';
import { connectLedger } from '../adapters/connect-ledger.ts';
import { createDynamoBackupStore } from '../adapters/dynamo-backup-store.ts';
import { createDynamoDrillStore } from '../adapters/dynamo-drill-store.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineTask } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';

const environment = readEnvironment(['LEDGER_TABLE_NAME']);
const configuration = readConfiguration();
const ledger = connectLedger(environment.LEDGER_TABLE_NAME);
const drills = createDynamoDrillStore(ledger);
const backups = createDynamoBackupStore(ledger);

export const handler = defineTask({
  ...planDrillTask,
  handle: async (input) => await beginDrill(configuration, drills, (each) => backups.list(each), input),
});

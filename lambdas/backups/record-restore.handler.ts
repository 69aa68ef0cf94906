// Steps of restore-database that tell how far it is.
import { recordRestoreTask } from '../../contracts/workflows/restore-database.ts';
import { recordRestore } from '../../core/backups/record-restore.ts';
import { connectBackups } from '../adapters/connect-backups.ts';
import { defineTask } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';

const parts = connectBackups(readEnvironment(['LEDGER_TABLE_NAME', 'EVENT_BUS_NAME']));

/** Judges the step by what the agent left, and publishes how far the restore is. */
export const handler = defineTask({
  ...recordRestoreTask,
  handle: (step) => recordRestore({ ...parts, findResult: parts.objects.findResult }, step),
});

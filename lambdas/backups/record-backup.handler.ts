// Step RecordBackup of back-up-database.
import { recordBackupTask } from '../../contracts/workflows/back-up-database.ts';
import { recordBackup } from '../../core/backups/record-backup.ts';
import { connectBackups } from '../adapters/connect-backups.ts';
import { defineTask } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';

const parts = connectBackups(readEnvironment(['LEDGER_TABLE_NAME', 'EVENT_BUS_NAME']));

/** Judges the backup by what is stored, writes the catalogue and publishes how it ended. */
export const handler = defineTask({
  ...recordBackupTask,
  handle: (end) => recordBackup(parts, end),
});

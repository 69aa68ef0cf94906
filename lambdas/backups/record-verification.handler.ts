// Step RecordVerification of verify-backup.
import { recordVerificationTask } from '../../contracts/workflows/verify-backup.ts';
import { recordVerification } from '../../core/backups/record-verification.ts';
import { connectBackups } from '../adapters/connect-backups.ts';
import { defineTask } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';

const parts = connectBackups(readEnvironment(['LEDGER_TABLE_NAME', 'EVENT_BUS_NAME']));

/** Writes into the catalogue whether the backup was proven, and tells it. */
export const handler = defineTask({
  ...recordVerificationTask,
  handle: (end) => recordVerification({ ...parts, findResult: parts.objects.findResult }, end),
});

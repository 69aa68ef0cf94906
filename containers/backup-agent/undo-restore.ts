// `undo-restore`: takes back what a restore and its cut-over have done, as far as they came.
import type { AgentResult } from '../../contracts/backup-manifest.ts';
import { closeClient, createClient } from './database/open-snapshot.ts';
import { renameDatabases } from './database/rename-databases.ts';
import { getBeside, markOf } from './restore.ts';
import type { AgentSettings } from './settings.ts';

/**
 * The database that was live before has its name again, and what was restored is gone. Idempotent: where nothing was done, nothing
 * is. @throws Error with the reason.
 */
export async function undoRestore(settings: AgentSettings): Promise<Omit<AgentResult, 'outcome' | 'finishedAt'>> {
  const live = process.env.PGDATABASE ?? settings.database;
  const beside = getBeside(settings);
  const administration = createClient('postgres');
  await administration.connect();
  try {
    const { rows } = await administration.query<{ datname: string; comment: string | null }>(
      `SELECT datname, shobj_description(oid, 'pg_database') AS comment FROM pg_database ORDER BY datname DESC`,
    );
    const isCutOver = rows.some(({ datname, comment }) => datname === live && comment === markOf(settings.backupId));
    const replaced = rows.find(
      ({ datname, comment }) =>
        datname.startsWith(beside.replace(/_restore_/, '_replaced_')) &&
        comment?.startsWith(`replaced by ${settings.backupId};`),
    )?.datname;
    if (isCutOver && replaced !== undefined)
      await renameDatabases(
        [
          { from: live, to: beside },
          { from: replaced, to: live },
        ],
        // Whoever cleans up goes by what stands there: the live one must not say that it was replaced.
        (quote) => [`COMMENT ON DATABASE ${quote(live)} IS NULL`],
      );
    await administration.query(`DROP DATABASE IF EXISTS ${administration.escapeIdentifier(beside)} WITH (FORCE)`);
    return {
      reason: isCutOver && replaced !== undefined ? `${live} is what it was before` : `${live} was not touched`,
    };
  } finally {
    await closeClient(administration);
  }
}

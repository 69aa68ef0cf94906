// `undo-restore`: takes back what a restore and its cut-over have done, as far as they came.
import type { AgentResult } from '../../contracts/backup-manifest.ts';
import { letIn } from './database/let-in.ts';
import { closeClient, createClient } from './database/open-snapshot.ts';
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
  const quote = (name: string): string => administration.escapeIdentifier(name);
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
    if (isCutOver && replaced !== undefined) {
      for (const name of [live, replaced])
        await administration.query(`ALTER DATABASE ${quote(name)} ALLOW_CONNECTIONS false`);
      await administration.query(
        'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ANY($1) AND pid <> pg_backend_pid()',
        [[live, replaced]],
      );
      await administration.query('BEGIN');
      await administration.query(`ALTER DATABASE ${quote(live)} RENAME TO ${quote(beside)}`);
      await administration.query(`ALTER DATABASE ${quote(replaced)} RENAME TO ${quote(live)}`);
      await administration.query('COMMIT');
      await administration.query(`COMMENT ON DATABASE ${quote(live)} IS NULL`);
    }
    await administration.query(`DROP DATABASE IF EXISTS ${quote(beside)} WITH (FORCE)`);
    return {
      reason: isCutOver && replaced !== undefined ? `${live} is what it was before` : `${live} was not touched`,
    };
  } finally {
    // Whatever happened, nobody is locked out of the live one.
    await closeClient(administration);
    await letIn(live);
  }
}

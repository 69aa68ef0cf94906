// `cut-over`: gives the restored database the live one's name, in one transaction; the live one is kept under another.
import type { AgentResult } from '../../contracts/backup-manifest.ts';
import { letIn } from './database/let-in.ts';
import { closeClient, createClient } from './database/open-snapshot.ts';
import { getBeside, markOf } from './restore.ts';
import type { AgentSettings } from './settings.ts';

/** Idempotent. @throws Error with the reason; then the live database has its name and lets connections in as before. */
export async function cutOver(settings: AgentSettings): Promise<Omit<AgentResult, 'outcome' | 'finishedAt'>> {
  const live = process.env.PGDATABASE ?? settings.database;
  const beside = getBeside(settings);
  const mark = markOf(settings.backupId);
  const administration = createClient('postgres');
  await administration.connect();
  const quote = (name: string): string => administration.escapeIdentifier(name);
  const commentOf = async (name: string): Promise<string | null | undefined> => {
    const { rows } = await administration.query<{ comment: string | null }>(
      `SELECT shobj_description(oid, 'pg_database') AS comment FROM pg_database WHERE datname = $1`,
      [name],
    );
    return rows[0]?.comment;
  };
  try {
    const found = await commentOf(beside);
    if (found === undefined && (await commentOf(live)) === mark)
      return { reason: `${live} is what ${settings.backupId} holds already`, databaseName: live };
    if (found !== mark)
      throw new Error(
        `${beside} ${found === undefined ? 'is not there' : 'is not whole'}: it is not put in the place of ${live}`,
      );
    const replaced = await findFreeName(beside.replace(/_restore_/, '_replaced_'), commentOf);
    await administration.query(`ALTER DATABASE ${quote(live)} ALLOW_CONNECTIONS false`);
    try {
      await endConnections(administration, [live, beside]);
      await administration.query('BEGIN');
      await administration.query(`ALTER DATABASE ${quote(live)} RENAME TO ${quote(replaced)}`);
      await administration.query(`ALTER DATABASE ${quote(beside)} RENAME TO ${quote(live)}`);
      await administration.query('COMMIT');
    } catch (error) {
      // What it had begun to rename ends with its connection.
      await closeClient(administration);
      await letIn(live);
      throw error;
    }
    await administration.query(
      `COMMENT ON DATABASE ${quote(replaced)} IS ${administration.escapeLiteral(`replaced by ${settings.backupId}; drop it after ${settings.keepReplacedDays} days`)}`,
    );
    // Readable again for whoever looks for what was lost; nobody's configuration names it.
    await administration.query(`ALTER DATABASE ${quote(replaced)} ALLOW_CONNECTIONS true`);
    const words = `${live} is what ${settings.backupId} holds; what it was is kept as ${replaced}`;
    return { reason: words, databaseName: live };
  } finally {
    await closeClient(administration);
  }
}

/** A database that an earlier restore replaced is not replaced in turn. */
async function findFreeName(name: string, commentOf: (name: string) => Promise<unknown>): Promise<string> {
  for (let attempt = 1; ; attempt += 1) {
    const candidate = attempt === 1 ? name : `${name}_${attempt}`;
    if ((await commentOf(candidate)) === undefined) return candidate;
  }
}

async function endConnections(administration: ReturnType<typeof createClient>, databases: string[]): Promise<void> {
  await administration.query(
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ANY($1) AND pid <> pg_backend_pid()',
    [databases],
  );
  const until = Date.now() + 10_000;
  for (;;) {
    const { rowCount } = await administration.query('SELECT 1 FROM pg_stat_activity WHERE datname = ANY($1)', [
      databases,
    ]);
    if (rowCount === 0) return;
    if (Date.now() > until) throw new Error(`connections to ${databases.join(' and ')} do not end`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

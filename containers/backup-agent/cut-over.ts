// `cut-over`: gives the restored database the live one's name, in one transaction; the live one is kept under another.
import type { AgentResult } from '../../contracts/backup-manifest.ts';
import { closeClient, createClient } from './database/open-snapshot.ts';
import { renameDatabases } from './database/rename-databases.ts';
import { getBeside, markOf } from './restore.ts';
import type { AgentSettings } from './settings.ts';

/** Idempotent. @throws Error with the reason; then the live database has its name. At no moment does it have neither name nor door. */
export async function cutOver(settings: AgentSettings): Promise<Omit<AgentResult, 'outcome' | 'finishedAt'>> {
  const live = process.env.PGDATABASE ?? settings.database;
  const beside = getBeside(settings);
  const mark = markOf(settings.backupId);
  const administration = createClient('postgres');
  await administration.connect();
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
    await renameDatabases(
      [
        { from: live, to: replaced },
        { from: beside, to: live },
      ],
      // In the same transaction: by these words it is found again, to be taken back or to be dropped.
      (quote) => [
        `COMMENT ON DATABASE ${quote(replaced)} IS ${administration.escapeLiteral(`replaced by ${settings.backupId}; drop it after ${settings.keepReplacedDays} days`)}`,
      ],
    );
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

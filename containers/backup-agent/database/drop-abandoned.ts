// Drops what a restore was making when its Job was killed for good: nobody else would, and it takes room from the live database.
import type { Client } from 'pg';
import { log, logFailure } from '../log.ts';

/** As core/backups/plan-restore.ts names them: by the moment of what is restored. */
const ours = /_restore_\d{8}_\d{6}(_\d{3})?$/;

/**
 * Of the same live database as `beside`, which is the caller's from now on for as long as `administration` is connected: who makes one
 * holds a lock of its name. What is whole says so and is kept: people decide about it.
 */
export async function dropAbandoned(administration: Client, beside: string): Promise<void> {
  if (!ours.test(beside)) return;
  await tryLock(administration, beside);
  const { rows } = await administration.query<{ datname: string }>(
    `SELECT datname FROM pg_database
      WHERE starts_with(datname, $1) AND datname <> $2 AND shobj_description(oid, 'pg_database') IS NULL`,
    [beside.replace(ours, '_restore_'), beside],
  );
  for (const { datname } of rows.filter((row) => ours.test(row.datname))) {
    if (!(await tryLock(administration, datname))) continue;
    await administration
      .query(`DROP DATABASE IF EXISTS ${administration.escapeIdentifier(datname)}`)
      .then(() => log('info', `dropped ${datname}, which a restore that never ended has left`))
      .catch(logFailure(`${datname} could not be dropped`));
    await administration.query('SELECT pg_advisory_unlock(hashtext($1))', [datname]);
  }
}

/** False when another session holds it. */
async function tryLock(administration: Client, database: string): Promise<boolean> {
  const { rows } = await administration.query<{ locked: boolean }>(
    'SELECT pg_try_advisory_lock(hashtext($1)) AS locked',
    [database],
  );
  return rows[0]?.locked === true;
}

// `sweep-drills`: drops every database that a drill has made, and looks whether one is left.
import type { AgentResult } from '../../contracts/backup-manifest.ts';
import { closeClient, createClient } from './database/open-snapshot.ts';
import { getBeside } from './restore.ts';
import type { AgentSettings } from './settings.ts';

/** `AGENT_DATABASE_BESIDE` is what their names begin with. Idempotent. @throws Error when it is not a drill's, or one is left. */
export async function sweepDrills(settings: AgentSettings): Promise<Omit<AgentResult, 'outcome' | 'finishedAt'>> {
  const prefix = getBeside(settings);
  if (!/^[a-z0-9_]+_drill_$/.test(prefix))
    throw new Error(`databases that begin with ${prefix} are not those of drills`);
  const administration = createClient('postgres');
  await administration.connect();
  const list = async (): Promise<string[]> => {
    const { rows } = await administration.query<{ datname: string }>(
      'SELECT datname FROM pg_database WHERE starts_with(datname, $1) ORDER BY datname',
      [prefix],
    );
    return rows.map(({ datname }) => datname);
  };
  try {
    const droppedDatabases = await list();
    for (const name of droppedDatabases)
      await administration.query(`DROP DATABASE IF EXISTS ${administration.escapeIdentifier(name)} WITH (FORCE)`);
    const left = await list();
    if (left.length > 0) throw new Error(`${left.join(', ')} came back while it was dropped`);
    return {
      reason: `dropped ${droppedDatabases.join(', ') || 'nothing'}; no database of a drill is left`,
      droppedDatabases,
    };
  } finally {
    await closeClient(administration);
  }
}

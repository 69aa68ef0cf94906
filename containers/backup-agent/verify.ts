// `verify`: restores a backup into a scratch server that nobody can reach, and compares it with its manifest.
import type { S3Client } from '@aws-sdk/client-s3';
import type { AgentResult } from '../../contracts/backup-manifest.ts';
import { compareFacts } from './compare-facts.ts';
import { checkStructure } from './database/check-structure.ts';
import { describeDatabase } from './database/describe-database.ts';
import { checkEngine, getManifest } from './get-manifest.ts';
import { startScratchServer } from './postgres/scratch-server.ts';
import { restoreDump } from './restore-dump.ts';
import type { AgentSettings } from './settings.ts';

/** Of the new server: nothing is in it, and making another would write all of it once more. */
const database = 'postgres';

/** @throws Error with the reason why the backup does not count. */
export async function verify(
  s3: S3Client,
  settings: AgentSettings,
  signal: AbortSignal,
): Promise<Pick<AgentResult, 'reason' | 'restoreSeconds' | 'facts'>> {
  const manifest = await getManifest(s3, settings);
  const server = await startScratchServer({ binaries: settings.serverBinaries, directory: settings.scratchDirectory });
  try {
    checkEngine(manifest, server.versionNumber);
    const startedAt = performance.now();
    const variables = { ...server.variables, PGDATABASE: database };
    await restoreDump(s3, settings.bucket, manifest, { binaries: settings.binaries, variables }, signal);
    const client = await server.connect(database);
    const facts = await describeDatabase(client, settings);
    const restoreSeconds = (performance.now() - startedAt) / 1000;
    const isChecked = await checkStructure(client);
    await client.end();
    const problems = compareFacts(manifest, facts, settings);
    if (problems.length > 0) throw new Error(problems.join('; '));
    const rows = facts.tables.reduce((sum, table) => sum + table.rows, 0);
    const structure = isChecked ? ', every index sound' : '';
    return {
      reason: `${rows} rows of ${facts.tables.length} tables restored in ${restoreSeconds.toFixed(1)} s and found as they were counted${structure}`,
      restoreSeconds,
      facts,
    };
  } catch (error) {
    const panic = await server.drop();
    throw panic === undefined ? error : new Error(`the scratch server broke down: ${panic}`, { cause: error });
  } finally {
    await server.drop();
  }
}

// `restore`: makes a database beside the live one, compares it with its manifest, and marks it as whole. The live one is not touched.
import type { S3Client } from '@aws-sdk/client-s3';
import type { AgentResult, DatabaseFacts } from '../../contracts/backup-manifest.ts';
import { compareFacts } from './compare-facts.ts';
import { describeDatabase } from './database/describe-database.ts';
import { dropAbandoned } from './database/drop-abandoned.ts';
import { closeClient, createClient } from './database/open-snapshot.ts';
import { getManifest } from './get-manifest.ts';
import { logFailure } from './log.ts';
import { restoreDump } from './restore-dump.ts';
import type { AgentSettings } from './settings.ts';

/** Also what the cut-over looks for: only a database that was compared to its end carries it. */
export function markOf(backupId: string): string {
  return `restored from ${backupId}, whole`;
}

/** @throws Error with the reason; the live database is as it was. */
export async function restore(
  s3: S3Client,
  settings: AgentSettings,
  signal: AbortSignal,
): Promise<Omit<AgentResult, 'outcome' | 'finishedAt'>> {
  const manifest = await getManifest(s3, settings);
  return await makeBeside(settings, manifest, async (variables) => {
    await restoreDump(s3, settings.bucket, manifest, { binaries: settings.binaries, variables }, signal);
  });
}

/** Begins anew when an earlier attempt left something behind. `fill` puts into the empty database what `expected` counts. */
export async function makeBeside(
  settings: AgentSettings,
  expected: Parameters<typeof compareFacts>[0],
  fill: (variables: Readonly<Record<string, string>>) => Promise<void>,
): Promise<Omit<AgentResult, 'outcome' | 'finishedAt'>> {
  const beside = getBeside(settings);
  const administration = createClient('postgres');
  await administration.connect();
  const startedAt = performance.now();
  const name = administration.escapeIdentifier(beside);
  try {
    await dropAbandoned(administration, beside);
    await administration.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await administration.query(`CREATE DATABASE ${name} TEMPLATE template0`);
    await fill({ PGDATABASE: beside });
    const facts = await describe(beside, settings);
    const restoreSeconds = (performance.now() - startedAt) / 1000;
    const problems = compareFacts(expected, facts);
    if (problems.length > 0) throw new Error(problems.join('; '));
    const live = await describe(undefined, settings).catch(logFailure('the live database cannot be read'));
    await administration.query(
      `COMMENT ON DATABASE ${name} IS ${administration.escapeLiteral(markOf(settings.backupId))}`,
    );
    return { reason: describeDifference(facts, live), restoreSeconds, facts, databaseName: beside };
  } catch (error) {
    // What is of no use takes room from the live one: on a full disk that would stop it too.
    await administration
      .query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
      .catch(logFailure(`${beside} could not be dropped`));
    throw error;
  } finally {
    await closeClient(administration);
  }
}

export function getBeside({ databaseBeside, job }: AgentSettings): string {
  if (databaseBeside === undefined) throw new Error(`AGENT_DATABASE_BESIDE is missing in Job ${job}`);
  return databaseBeside;
}

async function describe(database: string | undefined, settings: AgentSettings): Promise<DatabaseFacts> {
  const client = createClient(database);
  await client.connect();
  try {
    return await describeDatabase(client, settings);
  } finally {
    await client.end();
  }
}

/** What would be lost and what would come back, table by table. A live database that cannot be read is no obstacle. */
export function describeDifference(restored: DatabaseFacts, live: DatabaseFacts | undefined): string {
  if (live === undefined)
    return 'restored and whole; the live database cannot be read, so nothing was compared with it';
  const names = [...new Set([...restored.tables, ...live.tables].map(({ name }) => name))].sort();
  const rowsOf = (facts: DatabaseFacts, table: string): number | undefined =>
    facts.tables.find(({ name }) => name === table)?.rows;
  const differences = names.flatMap((name) => {
    const [before, after] = [rowsOf(live, name), rowsOf(restored, name)];
    return before === after ? [] : [`${name} ${before ?? 'absent'} → ${after ?? 'absent'}`];
  });
  return differences.length === 0
    ? 'restored and whole; every table has as many rows as the live one'
    : `restored and whole; rows now → restored: ${differences.join(', ')}`;
}

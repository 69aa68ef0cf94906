// `recover`: brings a database back as it was at a time, in a server of its own, and makes the copy of it beside the live one.
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { S3Client } from '@aws-sdk/client-s3';
import type { AgentResult } from '../../contracts/backup-manifest.ts';
import { fetchBaseBackup, getBaseBackup } from './archive/fetch-base-backup.ts';
import { fetchLog } from './archive/fetch-log.ts';
import { describeDatabase } from './database/describe-database.ts';
import { startProgram } from './postgres/program.ts';
import { type ScratchServer, startScratchServer } from './postgres/scratch-server.ts';
import { makeBeside } from './restore.ts';
import { startRestore } from './restore-dump.ts';
import type { AgentSettings } from './settings.ts';

/** Of every server that CloudNativePG or `initdb` made. */
const superuser = 'postgres';

/** @throws Error with the reason; the live database is as it was. */
export async function recover(
  s3: S3Client,
  settings: AgentSettings,
  signal: AbortSignal,
): Promise<Omit<AgentResult, 'outcome' | 'finishedAt'>> {
  const startedAt = performance.now();
  const { at } = recoveryOf(settings);
  const server = await startRecoveredServer(s3, settings, signal);
  try {
    const live = process.env.PGDATABASE ?? settings.database;
    const client = await server.connect(live);
    const facts = await describeDatabase(client, settings);
    await client.end();
    const made = await makeBeside(settings, { ...facts, snapshotAt: at }, async (variables) => {
      await copy(settings, { ...server.variables, PGDATABASE: live }, variables, signal);
    });
    return { ...made, restoreSeconds: (performance.now() - startedAt) / 1000 };
  } finally {
    await server.drop();
  }
}

function recoveryOf({ recovery, job }: AgentSettings) {
  if (recovery === undefined)
    throw new Error(`AGENT_RECOVERY_AT, AGENT_ARCHIVE and AGENT_BASE_BACKUP are missing in Job ${job}`);
  return recovery;
}

/** On no address, as every scratch server: it answers when it has read the log up to the time. */
async function startRecoveredServer(
  s3: S3Client,
  settings: AgentSettings,
  signal: AbortSignal,
): Promise<ScratchServer> {
  const { at, archive, baseBackup } = recoveryOf(settings);
  const place = { bucket: settings.bucket, archive };
  return await startScratchServer({
    binaries: settings.serverBinaries,
    directory: settings.scratchDirectory,
    signal,
    data: {
      user: superuser,
      async fill({ data, folder, userId }) {
        const base = await getBaseBackup(s3, place, baseBackup, signal);
        const log = join(folder, 'log');
        await fetchLog(s3, place, { base, at, folder: log }, signal);
        await fetchBaseBackup(s3, place, baseBackup, { data, userId }, signal);
        return {
          restore_command: `cp "${log}/%f" "%p"`,
          recovery_target_time: at.replace('T', ' ').replace('Z', '+00'),
          recovery_target_action: 'promote',
          // Nobody may look before the time is reached.
          hot_standby: 'off',
          max_prepared_transactions: '100',
        };
      },
    },
  });
}

/** pg_dump of the recovered server → pg_restore into the new database, streamed. */
async function copy(
  { binaries, dumpFormat }: AgentSettings,
  from: Readonly<Record<string, string>>,
  to: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<void> {
  const args = dumpFormat === 'custom' ? ['--compress=0'] : ['--no-owner', '--no-acl'];
  const dump = startProgram('pg_dump', [`--format=${dumpFormat}`, ...args], { binaries, environment: from });
  dump.input.end();
  const restore = startRestore(dumpFormat, { binaries, variables: to });
  restore.output.resume();
  try {
    // Whoever broke the pipe says why: the reader when it takes no more, else the writer, whose end the reader cannot judge.
    const isBroken = await pipeline(dump.output, restore.input, { signal }).then(
      () => false,
      () => true,
    );
    signal.throwIfAborted();
    for (const program of isBroken ? [restore, dump] : [dump, restore]) await program.done;
  } finally {
    dump.kill();
    restore.kill();
  }
}

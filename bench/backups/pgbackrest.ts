// pgBackRest where it is installed: a full physical backup by one process, compressed as ours, into a folder.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { PostgresServer } from '../../local/world/postgres/server.ts';
import { type Measured, measureProcess } from './measure-process.ts';

export interface PgBackRest {
  backUp(): Promise<Measured>;
  /** Of the last backup, into a new folder. */
  restore(): Promise<Measured>;
}

/** Undefined when it is not installed. `directory` is to be its own. */
export async function openPgBackRest(
  { port, dataDirectory }: PostgresServer,
  directory: string,
  environment: Readonly<Record<string, string>>,
): Promise<PgBackRest | undefined> {
  if (spawnSync('pgbackrest', ['version']).error) return undefined;
  for (const name of ['repository', 'lock']) mkdirSync(join(directory, name), { recursive: true });
  const settings = (data: string) => [
    ...['--stanza=bench', '--config=/dev/null', '--log-level-file=off', '--log-level-console=warn'],
    ...[
      `--lock-path=${join(directory, 'lock')}`,
      `--repo1-path=${join(directory, 'repository')}`,
      `--pg1-path=${data}`,
    ],
  ];
  const online = [`--pg1-port=${port}`, `--pg1-socket-path=${join(dataDirectory, '..')}`];
  const server = [...settings(dataDirectory), ...online];
  const run = async (args: readonly string[]): Promise<Measured> =>
    await measureProcess('pgbackrest', args, environment);
  await run([...server, 'stanza-create']);
  const compression = ['--compress-type=zst', '--compress-level=3', '--process-max=1'];
  return {
    // Its log is not archived for it: what is measured is the copy.
    backUp: () => run([...server, ...compression, '--type=full', '--start-fast', '--no-archive-check', 'backup']),
    async restore() {
      const data = join(directory, 'restored');
      rmSync(data, { recursive: true, force: true });
      mkdirSync(data, { mode: 0o700 });
      return await run([...settings(data), '--process-max=1', '--type=none', 'restore']);
    },
  };
}

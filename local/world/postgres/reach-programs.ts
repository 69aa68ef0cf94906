// Programs of PostgreSQL where the user they run as can start them: what is installed below root's own folders, only root reaches.
import { chmodSync, cpSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findServerDirectory, findServerUser } from './server-user.ts';

/** The folder with `bin/` itself, or a copy of it that is made once for each version of the package that it belongs to. */
export function reachPrograms(packageDirectory: string, cacheDirectory: string): string {
  const native = join(packageDirectory, 'native');
  if (findServerUser() === undefined || isOpen(native)) return native;
  const { version } = JSON.parse(readFileSync(join(packageDirectory, 'package.json'), 'utf8')) as { version: string };
  const copy = join(findServerDirectory(cacheDirectory), `programs-${version}`);
  if (existsSync(copy)) return copy;
  const fresh = mkdtempSync(`${copy}-`);
  chmodSync(fresh, 0o755);
  cpSync(native, fresh, { recursive: true, verbatimSymlinks: true });
  try {
    renameSync(fresh, copy);
  } catch (error) {
    // Another process was faster.
    if (!existsSync(copy)) throw error;
    rmSync(fresh, { recursive: true, force: true });
  }
  return copy;
}

/** Whether everybody may go into the folder and all those above it. */
export function isOpen(folder: string): boolean {
  const mayEnter = (statSync(folder).mode & 0o001) !== 0;
  return mayEnter && (dirname(folder) === folder || isOpen(dirname(folder)));
}

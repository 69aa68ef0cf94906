// Tells when a branch of a repository on this machine may have moved, so that nobody has to look every three minutes of a month.
import { type FSWatcher, watch } from 'node:fs';
import { dirname } from 'node:path';
import { locateBranchFiles } from './find-branch-tip.ts';

/**
 * Calls `onChange` once, as soon as anything happens where the branch's commit stands. What it gives ends the watch. Undefined when
 * nobody would be told, so that git has to be asked.
 */
export function watchBranch(remote: string, name: string, onChange: () => void): (() => void) | undefined {
  const files = locateBranchFiles(remote, name);
  if (files === undefined) return undefined;
  const watchers: FSWatcher[] = [];
  const close = (): void => {
    for (const watcher of watchers.splice(0)) watcher.close();
  };
  const end = (): void => {
    if (watchers.length === 0) return;
    close();
    onChange();
  };
  try {
    // git renames a new file into place: the folders are watched.
    for (const file of Object.values(files))
      watchers.push(watch(dirname(file), { persistent: false }, end).on('error', end));
    return close;
  } catch {
    // A folder that is not there, or more watches than the system allows.
    close();
    return undefined;
  }
}

// Finds programs of this machine: on PATH, or where a script of ours has unpacked them.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The first that can be run, of the names in every folder of PATH and then in the `usr/bin` of `unpacked`. */
export function findProgram(names: readonly string[], unpacked: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), join(unpacked, 'usr', 'bin')];
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

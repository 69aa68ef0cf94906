// etcd: the one on PATH, else Debian's, unpacked without root.
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { etcdDirectory } from './places.ts';
import { runCommand } from './run-command.ts';

const program = join(etcdDirectory, 'usr', 'bin', 'etcd');

function find(): string | undefined {
  const onPath = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'etcd'));
  return [...onPath, program].find((path) => existsSync(path));
}

/** Whether there is one without fetching it. */
export function hasEtcd(): boolean {
  return find() !== undefined;
}

/** @throws Error when there is none and none can be had. */
export function findEtcd(): string {
  const found = find();
  if (found !== undefined) return found;
  const unfinished = `${etcdDirectory}.${process.pid}`;
  mkdirSync(unfinished, { recursive: true });
  try {
    runCommand('apt-get', ['download', 'etcd-server'], { cwd: unfinished });
    const archive = readdirSync(unfinished).find((file) => file.endsWith('.deb'));
    runCommand('dpkg-deb', ['-x', String(archive), '.'], { cwd: unfinished });
    renameSync(unfinished, etcdDirectory);
    return program;
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

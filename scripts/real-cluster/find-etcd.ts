// etcd: the one on PATH, else Debian's, unpacked without root.
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { etcdDirectory } from './places.ts';
import { runCommand } from './run-command.ts';

const program = join(etcdDirectory, 'usr', 'bin', 'etcd');

/** @throws Error when there is none and none can be had. */
export function findEtcd(): string {
  const onPath = (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'etcd'))
    .find(existsSync);
  if (onPath !== undefined) return onPath;
  if (existsSync(program)) return program;
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

// Installs Debian's Prometheus and Alertmanager beside the system, where that is possible: unpacked, so that no service starts and no root
// is needed. Exits 0 also where it is not: what needs them says so and is skipped.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findMonitoringTools, monitoringDirectory } from '../local/world/monitoring/find-monitoring-tools.ts';

const packages = ['prometheus', 'prometheus-alertmanager'];
const secondsPerCommand = 180;

/**
 * Debian's Alertmanager wants its templates in /usr/share, and the system's is not ours to write to: the process sees the unpacked
 * folder there, in a mount namespace of its own. Only root needs no user namespace for that.
 */
const alertmanagerWrapper = `#!/bin/sh
root=$(cd "$(dirname "$0")/../.." && pwd)
[ "$(id -u)" = 0 ] || own='--user --map-root-user'
exec unshare $own --mount -- sh -c 'mount --bind "$0/usr/share" /usr/share && exec "$0/usr/bin/prometheus-alertmanager" "$@"' "$root" "$@"
`;

/** What a command said when it failed; undefined when it did not. */
function run(program: string, args: readonly string[], cwd: string): string | undefined {
  const { error, status, stderr } = spawnSync(program, args, {
    cwd,
    encoding: 'utf8',
    timeout: secondsPerCommand * 1000,
  });
  if (error !== undefined) return error.message;
  return status === 0 ? undefined : `${program} ${args[0]}: ${stderr.trim().split('\n')[0] || `exit code ${status}`}`;
}

function install(): string | undefined {
  const unfinished = `${monitoringDirectory}.${process.pid}`;
  mkdirSync(unfinished, { recursive: true });
  try {
    const download = (): string | undefined => run('apt-get', ['download', ...packages], unfinished);
    let problem = download();
    // The lists of a new machine are empty; only root may fetch them.
    if (problem !== undefined && process.getuid?.() === 0)
      problem = run('apt-get', ['update'], unfinished) ?? download();
    if (problem !== undefined) return problem;
    for (const archive of readdirSync(unfinished).filter((file) => file.endsWith('.deb'))) {
      problem = run('dpkg-deb', ['-x', archive, '.'], unfinished);
      if (problem !== undefined) return problem;
      rmSync(join(unfinished, archive));
    }
    writeFileSync(join(unfinished, 'usr', 'bin', 'alertmanager'), alertmanagerWrapper, { mode: 0o755 });
    if (existsSync(monitoringDirectory)) rmSync(monitoringDirectory, { recursive: true });
    renameSync(unfinished, monitoringDirectory);
    return undefined;
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

let problem = findMonitoringTools() === undefined ? install() : undefined;
const tools = findMonitoringTools();
if (tools !== undefined) problem = run(tools.alertmanager, ['--version'], '/');
if (problem !== undefined) rmSync(monitoringDirectory, { recursive: true, force: true });
console.log(
  tools === undefined || problem !== undefined
    ? `no Prometheus and no Alertmanager here (${problem ?? 'the packages lack a program'}): what needs them is skipped`
    : `Prometheus: ${tools.prometheus}, Alertmanager: ${tools.alertmanager}`,
);

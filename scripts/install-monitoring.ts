// Installs Debian's Prometheus and Alertmanager beside the system, where that is possible: unpacked, so that no service starts and no root
// is needed. Exits 0 also where it is not: what needs them says so and is skipped.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { findMonitoringTools, monitoringDirectory } from '../local/world/monitoring/find-monitoring-tools.ts';

const packages = ['prometheus', 'prometheus-alertmanager'];
const secondsPerCommand = 180;

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
    if (existsSync(monitoringDirectory)) rmSync(monitoringDirectory, { recursive: true });
    renameSync(unfinished, monitoringDirectory);
    return undefined;
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

const problem = findMonitoringTools() === undefined ? install() : undefined;
const tools = findMonitoringTools();
console.log(
  tools === undefined
    ? `no Prometheus and no Alertmanager here (${problem ?? 'the packages lack a program'}): what needs them is skipped`
    : `Prometheus: ${tools.prometheus}, Alertmanager: ${tools.alertmanager}`,
);

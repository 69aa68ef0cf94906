// Installs Debian's Prometheus and Alertmanager beside the system, where that is possible: unpacked, so that no service starts and no root
// is needed. Exits 0 also where it is not: what needs them says so and is skipped.
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findMonitoringTools, monitoringDirectory } from '../local/world/monitoring/find-monitoring-tools.ts';
import { run, unpackDebianPackages } from './unpack-debian-packages.ts';

const packages = ['prometheus', 'prometheus-alertmanager'];

/**
 * Debian's Alertmanager wants its templates in /usr/share, and the system's is not ours to write to: the process sees the unpacked
 * folder there, in a mount namespace of its own. Only root needs no user namespace for that.
 */
const alertmanagerWrapper = `#!/bin/sh
root=$(cd "$(dirname "$0")/../.." && pwd)
[ "$(id -u)" = 0 ] || own='--user --map-root-user'
exec unshare $own --mount -- sh -c 'mount --bind "$0/usr/share" /usr/share && exec "$0/usr/bin/prometheus-alertmanager" "$@"' "$root" "$@"
`;

const install = (): string | undefined =>
  unpackDebianPackages(packages, monitoringDirectory, (unfinished) =>
    writeFileSync(join(unfinished, 'usr', 'bin', 'alertmanager'), alertmanagerWrapper, { mode: 0o755 }),
  );

let problem = findMonitoringTools() === undefined ? install() : undefined;
const tools = findMonitoringTools();
if (tools !== undefined) problem = run(tools.alertmanager, ['--version'], '/');
if (problem !== undefined) rmSync(monitoringDirectory, { recursive: true, force: true });
console.log(
  tools === undefined || problem !== undefined
    ? `no Prometheus and no Alertmanager here (${problem ?? 'the packages lack a program'}): what needs them is skipped`
    : `Prometheus: ${tools.prometheus}, Alertmanager: ${tools.alertmanager}`,
);

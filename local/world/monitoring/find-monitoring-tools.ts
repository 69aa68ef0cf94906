// Where this machine has Prometheus and Alertmanager: on PATH, or where scripts/install-monitoring.ts puts them.
import { fileURLToPath } from 'node:url';
import { findProgram } from '../find-program.ts';

/** What the installation script fills, as if it were `/`. */
export const monitoringDirectory = fileURLToPath(new URL('../../../node_modules/.cache/monitoring', import.meta.url));

/** Debian calls Alertmanager `prometheus-alertmanager`; the installation's own wrapper around it comes first. */
const programs = {
  prometheus: ['prometheus'],
  promtool: ['promtool'],
  alertmanager: ['alertmanager', 'prometheus-alertmanager'],
  amtool: ['amtool'],
} as const;

/** Paths of programs. */
export type MonitoringTools = Readonly<Record<keyof typeof programs, string>>;

/** What to tell a person who has not got them. */
export const monitoringToolsMissing =
  'Prometheus and Alertmanager are not on this machine: npm run monitoring installs them where it can';

/** Undefined unless all of them are there. */
export function findMonitoringTools(): MonitoringTools | undefined {
  const found = Object.entries(programs).map(([name, names]) => [name, findProgram(names, monitoringDirectory)]);
  return found.every(([, path]) => path !== undefined) ? (Object.fromEntries(found) as MonitoringTools) : undefined;
}

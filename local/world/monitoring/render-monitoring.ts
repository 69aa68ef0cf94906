// From the platform's own monitoring files to those of one run on this machine: addresses are replaced, and durations can be divided, so
// that rules of minutes can be watched in seconds. Nothing else changes.
import { cpSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDocument } from 'yaml';

export interface MonitoringSettings {
  /** The platform's files: prometheus.yaml, alertmanager.yaml and rules/. */
  readonly sources: string;
  /** Where the rendered ones go. */
  readonly directory: string;
  /** `<loopback listener>/targets` of each cluster: what Kubernetes' discovery would say. */
  readonly targetUrls: readonly string[];
  /** `host:port` of Alertmanager. */
  readonly alertmanager: string;
  readonly webhookUrl: string;
  readonly webhookToken: string;
  /** 10: a minute becomes six seconds. 1 by default. */
  readonly speed?: number;
}

/** Prometheus's own smallest sensible step here; more often would only load the machine. */
const shortestMilliseconds = 1_000;

/** What the discovery of Kubernetes calls what the simulated cluster's list says. */
const discoveredLabels = [
  ['namespace', '__meta_kubernetes_namespace'],
  ['pod', '__meta_kubernetes_pod_name'],
  ['container', '__meta_kubernetes_pod_container_name'],
].map(([from, to]) => ({ source_labels: [from], target_label: to }));
const discoveredConstants = [
  { target_label: '__meta_kubernetes_pod_container_port_name', replacement: 'http' },
  { target_label: '__meta_kubernetes_pod_phase', replacement: 'Running' },
];

interface ScrapeConfig {
  readonly kubernetes_sd_configs?: readonly { readonly namespaces: { readonly names: readonly string[] } }[];
  readonly relabel_configs: readonly object[];
}

/** The list has the pods of all namespaces; the discovery of Kubernetes would ask for those that it is to look into. */
function keepNamespaces(discovery: NonNullable<ScrapeConfig['kubernetes_sd_configs']>): object {
  const names = discovery.flatMap(({ namespaces }) => namespaces.names);
  return { source_labels: ['__meta_kubernetes_namespace'], regex: names.join('|'), action: 'keep' };
}

/** Writes all files; Prometheus and Alertmanager are started in `directory`. */
export function renderMonitoring(settings: MonitoringSettings): void {
  const { sources, directory, speed = 1 } = settings;
  mkdirSync(join(directory, 'secrets'), { recursive: true });
  mkdirSync(join(directory, 'rules'), { recursive: true });
  const token = join(directory, 'secrets', 'deployment-automation-token');
  writeFileSync(token, settings.webhookToken, { mode: 0o600 });
  for (const file of globSync('rules/*.rules.yaml', { cwd: sources }))
    cpSync(join(sources, file), join(directory, file));

  const prometheus = parseDocument(readFileSync(join(sources, 'prometheus.yaml'), 'utf8'));
  prometheus.setIn(['alerting', 'alertmanagers', 0, 'static_configs', 0, 'targets'], [settings.alertmanager]);
  const jobs = (prometheus.toJS() as { scrape_configs: ScrapeConfig[] }).scrape_configs;
  const scraped = jobs.flatMap(({ kubernetes_sd_configs: discovery, relabel_configs: relabel, ...job }) =>
    discovery === undefined
      ? []
      : [
          {
            ...job,
            http_sd_configs: settings.targetUrls.map((url) => ({ url, refresh_interval: '5s' })),
            relabel_configs: [...discoveredLabels, ...discoveredConstants, keepNamespaces(discovery), ...relabel],
          },
        ],
  );
  prometheus.setIn(['scrape_configs'], scraped);
  write(directory, 'prometheus.yaml', prometheus.toString({ lineWidth: 0 }), speed);

  const alertmanager = parseDocument(readFileSync(join(sources, 'alertmanager.yaml'), 'utf8'));
  alertmanager.setIn(['receivers', 0, 'webhook_configs', 0, 'url'], settings.webhookUrl);
  write(directory, 'alertmanager.yaml', alertmanager.toString({ lineWidth: 0 }), speed);
  if (speed === 1) return;
  for (const file of globSync('rules/*.rules.yaml', { cwd: directory }))
    write(directory, file, readFileSync(join(directory, file), 'utf8'), speed);
}

function write(directory: string, file: string, text: string, speed: number): void {
  writeFileSync(join(directory, file), divideDurations(text, speed));
}

/** Divides what is a duration, but nothing becomes shorter than a second. */
export function divideDurations(text: string, divisor: number): string {
  return mapDurations(text, (milliseconds) => milliseconds / divisor);
}

/** Changes what is a duration by its place: a value by itself (`for: 1m`), a range (`[1m]`) and an `offset`. */
export function mapDurations(text: string, map: (milliseconds: number) => number): string {
  const units = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
  return text.replace(
    /(?<before>: |\[|\boffset )(?<amount>\d+)(?<unit>[smhd])(?=\]|\s|,|$)/gm,
    (_, before: string, amount: string, unit: keyof typeof units) =>
      `${before}${Math.max(shortestMilliseconds, Math.round(map(Number(amount) * units[unit])))}ms`,
  );
}

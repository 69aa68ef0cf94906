// A real Prometheus and a real Alertmanager on loopback, with the platform's own rules and routes.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { endWithProcess } from '../../programs/end-with-process.ts';
import { findFreePorts } from '../find-free-ports.ts';
import type { MonitoringTools } from './find-monitoring-tools.ts';
import { type MonitoringSettings, renderMonitoring } from './render-monitoring.ts';

export interface Monitoring {
  readonly prometheusUrl: string;
  readonly alertmanagerUrl: string;
  /** What is pending or fires now, by Prometheus. */
  alerts(): Promise<readonly ActiveAlert[]>;
  /** Whether it has scraped all that there is and judged by all its rules since a moment of the machine's clock. */
  hasLookedSince(moment: number): Promise<boolean>;
  stop(): Promise<void>;
}

export interface ActiveAlert {
  readonly state: 'pending' | 'firing';
  readonly labels: Readonly<Record<string, string>>;
}

const startMilliseconds = 30_000;
const stopMilliseconds = 5_000;

/** Resolves when both answer. @throws Error with what they said when they do not start. */
export async function startMonitoring(
  tools: MonitoringTools,
  settings: Omit<MonitoringSettings, 'alertmanager'>,
): Promise<Monitoring> {
  const { directory } = settings;
  const [prometheusPort, alertmanagerPort] = await findFreePorts(2);
  const alertmanager = `127.0.0.1:${alertmanagerPort}`;
  renderMonitoring({ ...settings, alertmanager });
  const running = [
    start(tools.alertmanager, directory, [
      '--config.file=alertmanager.yaml',
      `--storage.path=${join(directory, 'alertmanager')}`,
      `--web.listen-address=${alertmanager}`,
      // One by itself: no peers to find or to listen to.
      '--cluster.listen-address=',
      '--log.level=warn',
    ]),
    start(tools.prometheus, directory, [
      '--config.file=prometheus.yaml',
      `--storage.tsdb.path=${join(directory, 'prometheus')}`,
      `--web.listen-address=127.0.0.1:${prometheusPort}`,
      '--log.level=warn',
      // It takes 5 s else until a new pod is scraped, and as long again for the discovery before.
      '--scrape.discovery-reload-interval=100ms',
    ]),
  ];
  const stop = async (): Promise<void> => void (await Promise.all(running.map(end)));
  const prometheusUrl = `http://127.0.0.1:${prometheusPort}`;
  try {
    await Promise.all([
      waitUntilReady(running[0], `http://${alertmanager}/-/ready`),
      waitUntilReady(running[1], `${prometheusUrl}/-/ready`),
    ]);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    prometheusUrl,
    alertmanagerUrl: `http://${alertmanager}`,
    async alerts() {
      const { alerts } = await read<{ readonly alerts: readonly ActiveAlert[] }>(`${prometheusUrl}/api/v1/alerts`);
      return alerts;
    },
    async hasLookedSince(moment) {
      const [{ groups }, { activeTargets, droppedTargets }, ...lists] = await Promise.all([
        read<{ readonly groups: readonly RuleGroup[] }>(`${prometheusUrl}/api/v1/rules`),
        read<Targets>(`${prometheusUrl}/api/v1/targets`),
        ...settings.targetUrls.map(listMetricsUrls),
      ]);
      const scraped = activeTargets.filter(({ lastScrape }) => Date.parse(lastScrape) > moment);
      const known = new Set([...scraped, ...droppedTargets].map(({ discoveredLabels }) => urlOf(discoveredLabels)));
      return (
        groups.every(({ lastEvaluation }) => Date.parse(lastEvaluation) > moment) &&
        lists.flat().every((url) => known.has(url))
      );
    },
    stop,
  };
}

interface RuleGroup {
  readonly lastEvaluation: string;
}

/** What is dropped is not to be scraped: it is of another namespace. */
interface Targets {
  readonly activeTargets: readonly (Discovered & { readonly lastScrape: string })[];
  readonly droppedTargets: readonly Discovered[];
}

interface Discovered {
  readonly discoveredLabels: Readonly<Record<string, string>>;
}

async function read<T>(url: string): Promise<T> {
  return ((await (await fetch(url)).json()) as { readonly data: T }).data;
}

/** What a list of targets (http_sd) says is to be scraped. */
async function listMetricsUrls(targetsUrl: string): Promise<string[]> {
  const groups = (await (await fetch(targetsUrl)).json()) as {
    targets: string[];
    labels: Readonly<Record<string, string>>;
  }[];
  return groups.flatMap(({ targets, labels }) => targets.map((host) => urlOf({ ...labels, __address__: host })));
}

const urlOf = ({ __address__: host = '', __metrics_path__: path = '' }: Readonly<Record<string, string>>): string =>
  `${host}${path}`;

interface Running {
  readonly process: ChildProcess;
  /** The last that it said. */
  said(): string;
}

function start(program: string, directory: string, args: readonly string[]): Running {
  const child = spawn(program, args, { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] });
  endWithProcess(child);
  let said = '';
  const listen = (chunk: Buffer): void => {
    said = `${said}${chunk.toString()}`.slice(-4_000);
  };
  child.stdout.on('data', listen);
  child.stderr.on('data', listen);
  child.on('error', (error) => listen(Buffer.from(error.message)));
  return { process: child, said: () => said };
}

async function waitUntilReady(running: Running | undefined, url: string): Promise<void> {
  const deadline = performance.now() + startMilliseconds;
  while (performance.now() < deadline) {
    if (running?.process.exitCode !== null) break;
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
    await delay(100);
  }
  throw new Error(`nothing answers at ${url}: ${running?.said() ?? ''}`);
}

async function end({ process: child }: Running): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), stopMilliseconds);
  await ended;
  clearTimeout(timer);
}

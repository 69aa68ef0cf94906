// A real Prometheus and a real Alertmanager on loopback, with the platform's own rules and routes.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findFreePorts } from '../find-free-ports.ts';
import type { MonitoringTools } from './find-monitoring-tools.ts';
import { type MonitoringSettings, renderMonitoring } from './render-monitoring.ts';

export interface Monitoring {
  readonly prometheusUrl: string;
  readonly alertmanagerUrl: string;
  /** Names of the alerts that fire now, by Prometheus. */
  firing(): Promise<readonly FiringAlert[]>;
  stop(): Promise<void>;
}

export interface FiringAlert {
  readonly name: string;
  readonly service: string | undefined;
  readonly environment: string | undefined;
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
    async firing() {
      const answer = (await (await fetch(`${prometheusUrl}/api/v1/alerts`)).json()) as {
        data: { alerts: { state: string; labels: Readonly<Record<string, string>> }[] };
      };
      return answer.data.alerts
        .filter(({ state }) => state === 'firing')
        .map(({ labels }) => ({
          name: labels.alertname ?? '',
          service: labels.service,
          environment: labels.environment,
        }));
    },
    stop,
  };
}

interface Running {
  readonly process: ChildProcess;
  /** The last that it said. */
  said(): string;
}

function start(program: string, directory: string, args: readonly string[]): Running {
  const child = spawn(program, args, { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] });
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

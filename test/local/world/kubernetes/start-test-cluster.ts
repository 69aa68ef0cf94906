// A cluster of its own for a test file: in a temporary directory, on a virtual clock, stopped and removed afterwards.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { createVirtualClock, type VirtualClock } from '../../../../local/clock/virtual-clock.ts';
import { createMemoryTrace } from '../../../../local/trace/memory-trace.ts';
import type { Trace } from '../../../../local/trace/trace.ts';
import { type Cluster, type ClusterOptions, startCluster } from '../../../../local/world/kubernetes/start-cluster.ts';

export interface TestCluster {
  readonly cluster: Cluster;
  readonly clock: VirtualClock;
  readonly trace: Trace;
  readonly directory: string;
  readonly kubeConfig: KubeConfig;
  /** A kubeconfig for the same cluster with another bearer token. */
  kubeConfigFor(token: string): KubeConfig;
  stop(): Promise<void>;
}

/** Time stands still between `advance`s; where real processes or programs are waited for, `timePasses`. */
export async function startTestCluster({
  timePasses = false,
  ...options
}: Partial<ClusterOptions> & { timePasses?: boolean } = {}): Promise<TestCluster> {
  const directory = options.directory ?? (await mkdtemp(join(tmpdir(), 'cluster-')));
  const clock = createVirtualClock({ standsStill: !timePasses });
  const trace = createMemoryTrace(clock);
  const cluster = await startCluster({ name: 'test', namespaces: ['shop'], ...options, directory, clock, trace });
  const load = (text: string) => {
    const config = new KubeConfig();
    config.loadFromString(text);
    return config;
  };
  return {
    cluster,
    clock,
    trace,
    directory,
    kubeConfig: load(cluster.kubeconfig),
    kubeConfigFor: (token) => load(cluster.kubeconfig.replace(cluster.administratorToken, token)),
    stop: async () => {
      await cluster.stop();
      clock.stop();
      if (!options.directory) await rm(directory, { recursive: true, force: true });
    },
  };
}

/** A Deployment of one container, with a Service's selector in mind: label `app`. */
export function buildDeployment(name: string, image: string, spec: Record<string, unknown> = {}) {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'shop' },
    spec: {
      replicas: 2,
      progressDeadlineSeconds: 60,
      selector: { matchLabels: { app: name } },
      ...spec,
      template: { metadata: { labels: { app: name } }, spec: { containers: [{ name, image }] } },
    },
  };
}

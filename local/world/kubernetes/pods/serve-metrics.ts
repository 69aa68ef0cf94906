// A cluster's pods for a Prometheus outside of it: service discovery over HTTP, and a way to each pod's /metrics.
// https://prometheus.io/docs/prometheus/latest/http_sd/

import { answerJson, type HttpServer, startHttpServer } from '../../http-server.ts';
import { isReady } from '../controllers/pod-state.ts';
import { pods } from '../resources/built-in-types.ts';
import type { Pod } from '../resources/workload-types.ts';
import type { ObjectRegistry } from '../storage/object-registry.ts';
import type { PodAccess } from './pod-access.ts';
import { serviceOf } from './pod-metrics.ts';

/** Loopback only. */
export async function serveMetrics(
  cluster: string,
  registry: ObjectRegistry,
  access: Pick<PodAccess, 'forward'>,
): Promise<HttpServer> {
  const server: HttpServer = await startHttpServer({
    async handle({ path }) {
      if (path === '/targets') return answerJson(200, listTargets(cluster, registry, new URL(server.url).host));
      const [, namespace, name] = /^\/namespaces\/([^/]+)\/pods\/([^/]+)\/metrics$/.exec(path) ?? [];
      if (namespace === undefined || name === undefined) return answerJson(404, { message: 'ask for /targets' });
      const request = { method: 'GET', path: '/metrics', headers: {}, body: Buffer.alloc(0) };
      const answer = await access.forward({ namespace, kind: 'Pod', name }, request);
      return answer ?? answerJson(503, { message: `pod ${namespace}/${name} is not ready` });
    },
  });
  return server;
}

function listTargets(cluster: string, registry: ObjectRegistry, host: string): object[] {
  return registry
    .list<Pod>(pods)
    .filter((pod) => isReady(pod))
    .map((pod) => {
      const { namespace, name } = pod.metadata;
      return {
        targets: [host],
        labels: {
          __metrics_path__: `/namespaces/${namespace}/pods/${name}/metrics`,
          cluster,
          namespace,
          pod: name,
          container: serviceOf(pod),
        },
      };
    });
}

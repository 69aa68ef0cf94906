// Reaches services inside a cluster through the API server's proxy: no network path to the pods is needed.
import type { ServiceProbe } from '../../core/promotion/run-smoke-tests.ts';
import type { KubernetesClient } from './kubernetes-client.ts';

export interface ProbedService {
  readonly namespace: string;
  /** Name of the Kubernetes Service. */
  readonly name: string;
  readonly port: number;
}

/** The way through the proxy takes time that is not the service's. */
const proxyMilliseconds = 5_000;

/** An API server that cannot reach the pods answers 503 itself: that is an answer too. @see https://kubernetes.io/docs/tasks/access-application-cluster/access-cluster-services/#manually-constructing-apiserver-proxy-urls */
export function createKubernetesServiceProbe(
  client: KubernetesClient,
  locate: (service: string) => ProbedService,
): ServiceProbe {
  return {
    async get(service, path, timeoutMilliseconds) {
      const { namespace, name, port } = locate(service);
      return await client({
        method: 'GET',
        path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/services/${encodeURIComponent(name)}:${port}/proxy${path}`,
        timeoutMilliseconds: timeoutMilliseconds + proxyMilliseconds,
      });
    },
  };
}

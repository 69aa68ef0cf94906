// Loopback addresses of services inside a real cluster, as `kubectl port-forward` gives them, by way of the API server's proxy.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { StatusError } from '../api/status-error.ts';
import type { Service } from '../resources/workload-types.ts';
import { forwardRequest } from './forward-request.ts';
import type { KubeContext } from './open-kube-context.ts';
import { sendRefusal } from './send-refusal.ts';
import { findInCluster } from './send-to-cluster.ts';

export class ServiceForwards {
  private readonly context: KubeContext;
  private readonly servers = new Map<string, Promise<Server>>();

  constructor(context: KubeContext) {
    this.context = context;
  }

  /** `http://127.0.0.1:<port>`, of the service's first port. @throws StatusError 404 when there is no such service. */
  async url(namespace: string, service: string): Promise<string> {
    const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/services/${encodeURIComponent(service)}`;
    const known = this.servers.get(path) ?? this.open(path);
    this.servers.set(path, known);
    // A service that is not there yet may be there at the next question.
    known.catch(() => this.servers.delete(path));
    return `http://127.0.0.1:${((await known).address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    for (const opening of this.servers.values()) {
      const server = await opening.catch(() => undefined);
      server?.close();
      server?.closeAllConnections();
    }
  }

  private async open(path: string): Promise<Server> {
    const found = (await findInCluster(this.context, path)) as Service | undefined;
    const port = found?.spec.ports?.[0]?.port;
    if (port === undefined)
      throw new StatusError(404, 'NotFound', `${path} does not exist in the cluster, or has no port`);
    const server = createServer((request, response) => {
      const forwarded = { request, response, path: `${path}:${port}/proxy${request.url ?? '/'}` };
      forwardRequest(this.context, forwarded).catch((error) => sendRefusal(request, response, error));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return server;
  }
}

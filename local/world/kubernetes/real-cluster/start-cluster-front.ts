// Lets functions with EKS tokens into a cluster that knows no EKS: it finds out who they are, and asks the cluster in their name.
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { StatusError, unauthorized } from '../api/status-error.ts';
import type { Authenticate } from '../authentication/user.ts';
import { ensureCertificates } from '../tls/certificates.ts';
import { forwardRequest } from './forward-request.ts';
import { ServiceForwards } from './forward-service.ts';
import type { KubeContext } from './open-kube-context.ts';
import { sendRefusal } from './send-refusal.ts';

export interface ClusterFrontOptions {
  /** The EKS name that the functions know the cluster by. */
  readonly name: string;
  readonly context: KubeContext;
  readonly authenticate: Authenticate;
  /** Where the certificates are kept. */
  readonly directory: string;
  /** How long the real API server may be silent; watches may be for ever. */
  readonly timeoutMilliseconds?: number;
}

export interface ClusterFront {
  readonly name: string;
  /** `https://127.0.0.1:<port>`. */
  readonly url: string;
  /** The CA certificate, base64 of PEM, as EKS DescribeCluster carries it. */
  readonly certificateAuthorityData: string;
  /** A loopback URL that reaches the service through the real API server, as the kubeconfig's own user. */
  serviceUrl(namespace: string, service: string): Promise<string>;
  stop(): Promise<void>;
}

const maximumConnections = 256;

/** Listens on a free port of loopback. What the user may do is decided by the roles of the real cluster alone. */
export async function startClusterFront(options: ClusterFrontOptions): Promise<ClusterFront> {
  const { name, context, directory } = options;
  const certificates = await ensureCertificates(directory);
  const server = createServer({ cert: certificates.certificate, key: certificates.key }, (request, response) => {
    void answer(options, request, response);
  });
  server.maxConnections = maximumConnections;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const services = new ServiceForwards(context);
  return {
    name,
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    certificateAuthorityData: Buffer.from(certificates.authority).toString('base64'),
    serviceUrl: (namespace, service) => services.url(namespace, service),
    async stop() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await Promise.all([closed, services.close()]);
    },
  };
}

async function answer(
  { context, authenticate, timeoutMilliseconds }: ClusterFrontOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const token = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
    const user = token === undefined ? undefined : await authenticate(token);
    if (user === undefined) throw unauthorized();
    if (Object.keys(request.headers).some((header) => header.startsWith('impersonate-')))
      throw new StatusError(403, 'Forbidden', 'impersonation is not possible here: this front impersonates already');
    await forwardRequest(context, { request, response, path: request.url ?? '/', user, timeoutMilliseconds });
  } catch (error) {
    sendRefusal(request, response, error);
  }
}

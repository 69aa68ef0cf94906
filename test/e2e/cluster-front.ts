// Stands between the automation and a cluster's API server, so that a test can break or bend its answers.
import { request } from 'node:https';
import { ClusterRegistry } from '../../local/services/eks/cluster-registry.ts';
import { type HttpAnswer, type HttpRequest, startHttpServer } from '../../local/world/http-server.ts';
import type { TestSystem } from './start-test-system.ts';

export interface ClusterFront {
  /** What becomes of each answer from now on; undefined lets it pass. */
  bend: (asked: HttpRequest, answer: HttpAnswer) => HttpAnswer | undefined;
  stop(): Promise<void>;
}

/** EKS says from now on that the cluster is reached here. */
export async function startClusterFront(system: TestSystem, name: string): Promise<ClusterFront> {
  const cluster = system.world.clusters.get(name);
  if (cluster === undefined) throw new Error(`no cluster ${name}`);
  const { url, certificateAuthorityData } = cluster;
  const register = (endpoint: string) =>
    new ClusterRegistry(system.runtime.context.store).register({
      name,
      region: system.deployment.region,
      endpoint,
      certificateAuthorityData,
    });
  const server = await startHttpServer({
    async handle(asked) {
      const answer = await forward(url, certificateAuthorityData, asked);
      return front.bend(asked, answer) ?? answer;
    },
  });
  const front: ClusterFront = {
    bend: () => undefined,
    async stop() {
      register(url);
      await server.stop();
    },
  };
  register(server.url);
  return front;
}

function forward(url: string, authority: string, asked: HttpRequest): Promise<HttpAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>();
  const query = asked.query.size === 0 ? '' : `?${asked.query}`;
  const { host: _, ...headers } = asked.headers;
  const outgoing = request(
    new URL(asked.path + query, url),
    { method: asked.method, headers, ca: Buffer.from(authority, 'base64') },
    (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 500, body: Buffer.concat(chunks) }));
    },
  );
  outgoing.on('error', reject);
  outgoing.end(asked.body);
  return promise;
}

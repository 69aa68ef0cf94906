// The way to pods: load-balanced over the ready pods of a Service, through loopback ports or the API server's proxy.
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { readBody } from '../api/request-body.ts';
import { listReadyPods } from '../controllers/endpoints-controller.ts';
import { isReady } from '../controllers/pod-state.ts';
import { pods, services } from '../resources/built-in-types.ts';
import type { Pod, Service } from '../resources/workload-types.ts';
import type { ObjectRegistry } from '../storage/object-registry.ts';
import { answerRequest, isHealthPath } from './answer-request.ts';
import type { DescribeImage, ImageBehaviour } from './image-behaviour.ts';
import type { ForwardedRequest, ForwardedResponse } from './pod-access.ts';
import type { PodMetrics } from './pod-metrics.ts';
import { findWeightedBackends, RouteSplitter } from './split-route.ts';

/** A program that answers for the pods of an image, in place of the simulated answers. */
export type PodProgram = (pod: Pod, request: ForwardedRequest) => Promise<ForwardedResponse> | ForwardedResponse;

export interface ServiceRouterParts {
  readonly registry: ObjectRegistry;
  readonly metrics: PodMetrics;
  readonly describeImage: DescribeImage;
  behaviourOf(image: string): ImageBehaviour;
  findProgram(image: string): PodProgram | undefined;
}

export class ServiceRouter {
  private readonly parts: ServiceRouterParts;
  private readonly servers = new Map<string, Promise<Server>>();
  private readonly requests = new Map<string, number>();
  private readonly turns = new Map<string, number>();
  private readonly splitter = new RouteSplitter();

  constructor(parts: ServiceRouterParts) {
    this.parts = parts;
  }

  /** A loopback URL of the service; the same one as long as the cluster runs. Answers 503 while no pod is ready. */
  async url(namespace: string, service: string): Promise<string> {
    const key = `${namespace}/${service}`;
    const server = this.servers.get(key) ?? this.listen(namespace, service);
    this.servers.set(key, server);
    return `http://127.0.0.1:${((await server).address() as AddressInfo).port}`;
  }

  /** Undefined when no pod is ready. */
  async forward(
    target: { namespace: string; kind: 'Pod' | 'Service'; name: string },
    request: ForwardedRequest,
  ): Promise<ForwardedResponse | undefined> {
    const pod = this.choosePod(target);
    if (!pod) return undefined;
    const image = pod.spec.containers[0]?.image ?? '';
    const program = this.parts.findProgram(image);
    if (program) return program(pod, request);
    const path = request.path.split('?')[0] ?? '/';
    if (path === '/metrics') return this.answerMetrics(pod);
    const behaviour = this.parts.behaviourOf(image);
    const count = (this.requests.get(pod.metadata.uid) ?? 0) + 1;
    this.requests.set(pod.metadata.uid, count);
    const startedAt = performance.now();
    if (behaviour.latencyMilliseconds > 0) await delay(behaviour.latencyMilliseconds);
    const answer = answerRequest(pod, request, behaviour, this.parts.describeImage(image), count);
    // Probes are no traffic: counted, they would make every error rate look better than it is.
    if (!isHealthPath(pod, path))
      this.parts.metrics.observe(pod, answer.status, (performance.now() - startedAt) / 1000);
    return answer;
  }

  /** The way in from outside: through the service's HTTPRoute and its weights where there is one, else to the service. */
  async forwardThroughRoute(
    namespace: string,
    service: string,
    request: ForwardedRequest,
  ): Promise<ForwardedResponse | undefined> {
    const backends = findWeightedBackends(this.parts.registry, namespace, service);
    const name = backends === undefined ? service : this.splitter.choose(`${namespace}/${service}`, backends);
    return name === undefined ? undefined : await this.forward({ namespace, kind: 'Service', name }, request);
  }

  private answerMetrics(pod: Pod): ForwardedResponse {
    const headers = { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' };
    return { status: 200, headers, body: Buffer.from(this.parts.metrics.render(pod)) };
  }

  async close(): Promise<void> {
    for (const opening of this.servers.values()) {
      const server = await opening;
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    }
  }

  private choosePod({
    namespace,
    kind,
    name,
  }: {
    namespace: string;
    kind: 'Pod' | 'Service';
    name: string;
  }): Pod | undefined {
    const { registry } = this.parts;
    if (kind === 'Pod') {
      const pod = registry.find<Pod>(pods, namespace, name);
      return pod && isReady(pod) ? pod : undefined;
    }
    const service = registry.find<Service>(services, namespace, name);
    const ready = service ? listReadyPods(registry, service) : [];
    const key = `${namespace}/${name}`;
    const turn = this.turns.get(key) ?? 0;
    this.turns.set(key, turn + 1);
    return ready[turn % ready.length];
  }

  private async listen(namespace: string, service: string): Promise<Server> {
    const server = createServer((request, response) => {
      this.relay(namespace, service, request)
        .then(({ status, headers, body }) => response.writeHead(status, headers).end(body))
        .catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
    });
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
    return server;
  }

  private async relay(namespace: string, name: string, request: IncomingMessage): Promise<ForwardedResponse> {
    const headers = Object.fromEntries(
      Object.entries(request.headers).flatMap(([header, value]) =>
        typeof value === 'string' ? [[header, value]] : [],
      ),
    );
    const forwarded = {
      method: request.method ?? 'GET',
      path: request.url ?? '/',
      headers,
      body: await readBody(request),
    };
    const answer = await this.forwardThroughRoute(namespace, name, forwarded);
    return (
      answer ?? { status: 503, headers: { 'content-type': 'text/plain' }, body: Buffer.from('no healthy upstream\n') }
    );
  }
}

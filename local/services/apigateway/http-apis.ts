// All HTTP APIs of the assembly with their sockets; each keeps its port over restarts.
import { createHash } from 'node:crypto';
import type { RuntimeContext } from '../../runtime/context.ts';
import { ServiceMetrics } from '../../runtime/service-metrics.ts';
import type { Table } from '../../storage/store.ts';
import { Listener, type ListenerLimits } from './http/listener.ts';
import type { HttpApi } from './http-api.ts';
import { RequestHandler } from './request-handler.ts';

export interface HttpApisOptions extends Partial<ListenerLimits> {
  /** The port of the first API that the assembly declares; the runtime does not start when it is taken. */
  readonly port?: number;
}

interface RunningApi {
  readonly api: HttpApi;
  readonly listener: Listener;
  readonly handler: RequestHandler;
}

export class HttpApis {
  readonly #context: RuntimeContext;
  readonly #options: HttpApisOptions;
  readonly #metrics: ServiceMetrics;
  readonly #ports: Table<number>;
  readonly #running = new Map<string, RunningApi>();

  constructor(context: RuntimeContext, options: HttpApisOptions) {
    this.#context = context;
    this.#options = options;
    this.#metrics = new ServiceMetrics(context, {
      namespace: 'AWS/ApiGateway',
      servicePrincipal: 'apigateway.amazonaws.com',
    });
    this.#ports = context.store.table('apigateway/ports');
  }

  /** Opens the API's socket, which answers 503 until `start`. Gives its URL without a trailing slash. */
  async add(api: HttpApi): Promise<string> {
    const handler = new RequestHandler(this.#context, api, this.#metrics);
    const create = () => new Listener((message, response) => void handler.handle(message, response), this.#options);
    const requested = this.#running.size === 0 ? this.#options.port : undefined;
    let listener = create();
    let port: number;
    try {
      port = await listener.listen(requested ?? this.#ports.get(api.id) ?? 0);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || requested !== undefined) throw error;
      listener = create();
      port = await listener.listen(0);
    }
    this.#ports.put(api.id, port);
    this.#running.set(api.id, { api, listener, handler });
    return `http://127.0.0.1:${port}`;
  }

  /** Throws when no API has that id. */
  get(id: string): HttpApi {
    const running = this.#running.get(id);
    if (running) return running.api;
    throw new Error(`no HTTP API has the id "${id}": there are ${[...this.#running.keys()].join(', ') || 'none'}`);
  }

  start(): void {
    for (const { handler } of this.#running.values()) handler.isOpen = true;
  }

  async stop(): Promise<void> {
    this.#metrics.stop();
    await Promise.all([...this.#running.values()].map(({ listener }) => listener.stop()));
  }
}

/** Ten letters and digits like API Gateway's own, the same at every start. */
export function buildApiId(stackName: string, logicalId: string): string {
  const hash = createHash('sha256').update(`${stackName}/${logicalId}`).digest();
  return hash.readBigUInt64BE().toString(36).padStart(10, '0').slice(0, 10);
}

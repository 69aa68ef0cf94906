// The socket of one HTTP API.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ListenerLimits {
  /** A client must have sent all headers within this time, else 408. */
  readonly headersTimeoutMilliseconds: number;
  /** … and the whole request within this one. */
  readonly requestTimeoutMilliseconds: number;
}

/** API Gateway allows 10,240 bytes of headers: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
const MAXIMUM_HEADER_BYTES = 10_240;
const STOP_GRACE_MILLISECONDS = 1_000;
const DEFAULT_LIMITS: ListenerLimits = { headersTimeoutMilliseconds: 10_000, requestTimeoutMilliseconds: 30_000 };

export class Listener {
  readonly #server: Server;

  constructor(
    handle: (message: IncomingMessage, response: ServerResponse) => void,
    limits: Partial<ListenerLimits> = {},
  ) {
    const { headersTimeoutMilliseconds, requestTimeoutMilliseconds } = { ...DEFAULT_LIMITS, ...limits };
    this.#server = createServer(
      {
        maxHeaderSize: MAXIMUM_HEADER_BYTES,
        headersTimeout: headersTimeoutMilliseconds,
        requestTimeout: requestTimeoutMilliseconds,
        connectionsCheckingInterval: Math.min(500, headersTimeoutMilliseconds),
      },
      handle,
    );
  }

  /** Binds to a port of the loopback interface, 0 for a free one; gives the port. Rejects when it is taken. */
  listen(port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, '127.0.0.1', () => {
        this.#server.off('error', reject);
        resolve((this.#server.address() as AddressInfo).port);
      });
    });
  }

  /** Lets requests under way end for a moment, then closes all connections. */
  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeIdleConnections();
    const timer = setTimeout(() => this.#server.closeAllConnections(), STOP_GRACE_MILLISECONDS);
    await closed;
    clearTimeout(timer);
  }
}

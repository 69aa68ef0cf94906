// A TLS server on loopback that really serves what a Secret of type kubernetes.io/tls holds.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createSecureContext, createServer, type SecureContext, type TLSSocket } from 'node:tls';
import { decode, type TlsSecret } from '../cert-manager/resources.ts';

export interface TlsListener {
  /** `127.0.0.1:<port>`. */
  readonly address: string;
  close(): void;
}

/** What is served under a name; undefined refuses the handshake. */
export type FindContext = (serverName: string) => SecureContext | undefined;

const answer = 'HTTP/1.1 200 OK\r\ncontent-length: 3\r\nconnection: close\r\n\r\nok\n';

/** Answers every request with 200, if a request comes at all. */
export async function startTlsListener(findContext: FindContext): Promise<TlsListener> {
  const sockets = new Set<TLSSocket>();
  const server = createServer(
    {
      SNICallback: (name, callback) => {
        const context = findContext(name);
        if (context === undefined) callback(new Error(`no certificate for ${name}`));
        else callback(null, context);
      },
    },
    (socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
      socket.once('data', () => socket.end(answer));
    },
  );
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Undefined when the Secret holds nothing that can be served. */
export function buildContext(secret: TlsSecret | undefined): SecureContext | undefined {
  const { 'tls.crt': cert, 'tls.key': key } = secret?.data ?? {};
  if (cert === undefined || key === undefined) return undefined;
  try {
    return createSecureContext({ cert: decode(cert), key: decode(key) });
  } catch {
    return undefined;
  }
}

// A TLS server for all endpoints: every address of 127.1.0.0/16 is one of them.
import { createServer } from 'node:tls';
import {
  createAuthority,
  createKey,
  createRequest,
  signRequest,
} from '../../local/world/kubernetes/cert-manager/x509.ts';
import { serveRounds } from '../contestant.ts';

/** What the others need to know of it. */
export interface Served {
  readonly port: number;
  /** PEM of the root. */
  readonly root: string;
}

const validity = { notBefore: Date.now() - 86_400_000, notAfter: Date.now() + 80 * 86_400_000 };
const root = await createAuthority('Bench root', validity);
const intermediate = await createAuthority('Bench intermediate', validity, root);
const key = await createKey({ algorithm: 'ECDSA' });
const request = await createRequest(key, { dnsNames: ['*.bench.example'], ipAddresses: [] });
const leaf = await signRequest(request, intermediate, validity);
const server = createServer({ cert: leaf + intermediate.certificate, key }, (socket) => {
  socket.on('error', () => undefined).once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'));
});
server.on('tlsClientError', () => undefined);
await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', 1024, resolve));
const address = server.address();
const port = typeof address === 'object' && address !== null ? address.port : 0;

serveRounds<object, Served>(() => ({ port, root: root.certificate }));

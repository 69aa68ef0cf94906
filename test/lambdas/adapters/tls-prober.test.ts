// Handshakes with real servers on loopback, well-behaved and not.
import { X509Certificate } from 'node:crypto';
import http from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import tls from 'node:tls';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { CertificateEndpoint } from '../../../config/certificates-schema.ts';
import type { Handshake } from '../../../core/certificates/evaluate-certificate.ts';
import { createTlsProber } from '../../../lambdas/adapters/tls-prober.ts';
import {
  type Authority,
  createAuthority,
  issue,
  type ServerCertificate,
} from '../../core/certificates/certificate-zoo.ts';

const open: Server[] = [];
const sockets = new Set<Socket>();
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await Promise.all(open.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

async function listen(server: Server): Promise<number> {
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  });
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push(server);
  return (server.address() as AddressInfo).port;
}

const endpointAt = (port: number, more: Partial<CertificateEndpoint> = {}): CertificateEndpoint => ({
  host: 'api.zoo.example',
  port,
  protocol: 'tls',
  environment: 'dev',
  owner: 'platform',
  issuer: 'letsencrypt',
  allowedNetworks: ['127.0.0.0/8'],
  allowSelfSigned: false,
  restart: [],
  ...more,
});
const probe = createTlsProber({ resolve: async () => ['127.0.0.1'], timeoutMilliseconds: 2_000 });
const chainOf = (handshake: Handshake | undefined) =>
  handshake !== undefined && 'chain' in handshake ? handshake.chain.map((der) => new X509Certificate(der)) : [];
const problemOf = ([handshake]: Handshake[]) =>
  handshake !== undefined && 'problem' in handshake ? handshake.problem : undefined;

let root: Authority;
let intermediate: Authority;
let good: ServerCertificate;
beforeAll(async () => {
  root = await createAuthority('Root');
  intermediate = await createAuthority('Intermediate', root);
  good = await issue([intermediate, root]);
});

describe('a handshake', () => {
  it('brings back the chain as it was sent', async () => {
    const [handshake] = await probe(endpointAt(await listen(tls.createServer(good))));
    expect(handshake?.address).toBe('127.0.0.1');
    expect(chainOf(handshake).map(({ subject }) => subject)).toEqual(['CN=zoo', 'CN=Intermediate']);
  });

  it('does not complete what the server leaves out', async () => {
    const { cert, key } = await issue([root]);
    const [handshake] = await probe(endpointAt(await listen(tls.createServer({ cert, key }))));
    expect(chainOf(handshake)).toHaveLength(1);
  });

  it('asks for the name, so that a server of many names answers with the right certificate', async () => {
    const other = await issue([root], { names: ['other.example'] });
    const server = tls.createServer({
      ...other,
      SNICallback: (name, callback) =>
        callback(null, name === 'api.zoo.example' ? tls.createSecureContext(good) : undefined),
    });
    const [handshake] = await probe(endpointAt(await listen(server)));
    expect(chainOf(handshake)[0]?.subjectAltName).toBe('DNS:api.zoo.example');
  });

  it('sees certificates that no client would take', async () => {
    const self = await issue([], { to: -1 });
    const weak = await issue([root], { rsaBits: 1024, hash: 'SHA-1' });
    const [expired] = await probe(endpointAt(await listen(tls.createServer(self))));
    expect(chainOf(expired)).toHaveLength(1);
    const server = tls.createServer({ ...weak, ciphers: 'DEFAULT:@SECLEVEL=0' });
    const [forgeable] = await probe(endpointAt(await listen(server)));
    expect(chainOf(forgeable)[0]?.publicKey.asymmetricKeyDetails?.modulusLength).toBe(1024);
  });

  it('is made with each address of the name', async () => {
    const port = await listen(tls.createServer(good));
    const twice = createTlsProber({ resolve: async () => ['127.0.0.1', '127.0.0.2'], timeoutMilliseconds: 2_000 });
    const handshakes = await twice(endpointAt(port));
    expect(handshakes.map(({ address }) => address)).toEqual(['127.0.0.1', '127.0.0.2']);
    expect(chainOf(handshakes[0])).toHaveLength(2);
    expect(problemOf(handshakes.slice(1))?.words).toContain('nobody listens');
  });
});

describe('a protocol that begins in the clear', () => {
  /** Speaks before the handshake as `script` says, then TLS. */
  const speak = async (greeting: string, answer: (heard: string, socket: Socket) => 'secure' | undefined) => {
    const secure = tls.createServer(good);
    return await listen(
      createServer((socket) => {
        socket.write(greeting);
        const onData = (chunk: Buffer): void => {
          if (answer(chunk.toString('latin1'), socket) !== 'secure') return;
          socket.off('data', onData);
          secure.emit('connection', socket);
        };
        socket.on('data', onData);
      }),
    );
  };

  it('is asked for TLS as PostgreSQL wants it', async () => {
    const port = await speak('', (heard, socket) => {
      socket.write(heard === '\0\0\0\x08\x04\xd2\x16\x2f' ? 'S' : 'E');
      return 'secure';
    });
    const [handshake] = await probe(endpointAt(port, { protocol: 'postgres' }));
    expect(chainOf(handshake)).toHaveLength(2);
  });

  it('says when PostgreSQL has no TLS, or talks on before the handshake', async () => {
    for (const reply of ['N', 'Sinjected']) {
      const port = await speak('', (_, socket) => void socket.write(reply));
      expect(problemOf(await probe(endpointAt(port, { protocol: 'postgres' })))?.words).toContain('does not offer TLS');
    }
  });

  it('is asked for TLS as SMTP wants it', async () => {
    const port = await speak('220-mail.example\r\n220 ready\r\n', (heard, socket) => {
      if (heard.startsWith('EHLO')) socket.write('250-mail.example\r\n250-PIPELINING\r\n250 STARTTLS\r\n');
      if (heard !== 'STARTTLS\r\n') return undefined;
      socket.write('220 go ahead\r\n');
      return 'secure';
    });
    const [handshake] = await probe(endpointAt(port, { protocol: 'smtp' }));
    expect(chainOf(handshake)).toHaveLength(2);
  });

  it('says when SMTP offers no STARTTLS or talks without end', async () => {
    const plain = await speak('220 ready\r\n', (_, socket) => void socket.write('250 mail.example\r\n'));
    expect(problemOf(await probe(endpointAt(plain, { protocol: 'smtp' })))?.words).toContain('does not offer STARTTLS');
    const endless = await speak('220-'.repeat(10_000), () => undefined);
    expect(problemOf(await probe(endpointAt(endless, { protocol: 'smtp' })))?.words).toContain('talks without end');
  });
});

describe('a server that hangs or lies', () => {
  const impatient = createTlsProber({ resolve: async () => ['127.0.0.1'], timeoutMilliseconds: 300 });

  it.each(['tls', 'postgres', 'smtp'] as const)('costs bounded time before %s', async (protocol) => {
    const port = await listen(createServer(() => undefined));
    const startedAt = performance.now();
    expect(problemOf(await impatient(endpointAt(port, { protocol })))?.words).toContain('no end after 300 ms');
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  });

  it('is told from one that speaks HTTP, closes, or does not listen', async () => {
    const plain = await listen(http.createServer((_, response) => response.end('hello')) as unknown as Server);
    expect(problemOf(await probe(endpointAt(plain)))?.words).toContain('it does not speak TLS');
    const closing = await listen(createServer((socket) => socket.destroy()));
    expect(problemOf(await probe(endpointAt(closing)))?.words).toContain('it closed the connection');
    expect(problemOf(await probe(endpointAt(1)))?.words).toContain('nobody listens');
  });

  it('that speaks only TLS 1.0 is found out', async () => {
    const old = { ...good, minVersion: 'TLSv1', maxVersion: 'TLSv1', ciphers: 'DEFAULT:@SECLEVEL=0' } as const;
    const words = problemOf(await probe(endpointAt(await listen(tls.createServer(old)))))?.words;
    expect(words).toContain('it speaks no version of TLS from 1.2 on');
  });

  it('that sends hundreds of certificates is cut off', async () => {
    const [leaf, rest = ''] = good.cert.split(/(?<=-----END CERTIFICATE-----\n)/);
    const port = await listen(tls.createServer({ cert: `${leaf}${rest.repeat(400)}`, key: good.key }));
    expect(problemOf(await probe(endpointAt(port)))?.words).toContain('its chain is longer than anybody takes');
  });
});

describe('what must not be connected to', () => {
  it('is refused although a configured name leads there', async () => {
    let connections = 0;
    const port = await listen(
      createServer(() => {
        connections += 1;
      }),
    );
    const handshakes = await probe(endpointAt(port, { allowedNetworks: [] }));
    expect(problemOf(handshakes)).toMatchObject({ kind: 'address-refused' });
    expect(connections).toBe(0);
  });

  it('has a problem, and is not in order, when no address is known of it', async () => {
    const lost = createTlsProber({ findRoutes: async () => [] });
    expect(problemOf(await lost(endpointAt(443)))).toEqual({
      kind: 'no-handshake',
      words: 'the name has no address (none)',
    });
  });

  it('is connected to at the address that was looked at, whatever DNS says later', async () => {
    let asked = 0;
    const rebinding = createTlsProber({
      resolve: async () => {
        asked += 1;
        return [asked === 1 ? '127.0.0.1' : '169.254.169.254'];
      },
      timeoutMilliseconds: 2_000,
    });
    const handshakes = await rebinding(endpointAt(await listen(tls.createServer(good))));
    expect(handshakes.map(({ address }) => address)).toEqual(['127.0.0.1']);
    expect(asked).toBe(1);
  });

  it('is reached where an operator says, without asking DNS, but never at a link-local address', async () => {
    const port = await listen(tls.createServer(good));
    const routed = createTlsProber({
      resolve: () => Promise.reject(new Error('DNS was asked')),
      findRoutes: async () => [
        { address: '127.0.0.1', port },
        { address: '169.254.169.254', port: 80 },
        { address: '::ffff:169.254.169.254', port: 80 },
      ],
      timeoutMilliseconds: 2_000,
    });
    const [reached, ...refused] = await routed(endpointAt(443, { allowedNetworks: [] }));
    expect(reached?.address).toBe(`127.0.0.1:${port}`);
    expect(chainOf(reached)).toHaveLength(2);
    expect(refused.map((handshake) => problemOf([handshake])?.kind)).toEqual(['address-refused', 'address-refused']);
  });

  it('is asked at its new address when the one that was known has gone, and only then', async () => {
    const port = await listen(tls.createServer(good));
    const asked: (string | undefined)[] = [];
    const moving = createTlsProber({
      findRoutes: async (_host, _port, how) => {
        asked.push(how);
        return [{ address: '127.0.0.1', port: how === 'anew' ? port : 1 }];
      },
    });
    const [reached, ...others] = await moving(endpointAt(443));
    expect([reached?.address, chainOf(reached).length, others]).toEqual([`127.0.0.1:${port}`, 2, []]);
    expect(asked).toEqual([undefined, 'anew']);
    const gone = createTlsProber({ findRoutes: async () => [{ address: '127.0.0.1', port: 1 }] });
    expect(problemOf(await gone(endpointAt(443)))?.words).toContain('nobody listens');
  });
});

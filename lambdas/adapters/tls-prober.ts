// Shakes hands with every address of a configured name and brings back the chains as they were sent. Nothing else is said or read.
import { lookup } from 'node:dns/promises';
import { connect, isIP, type Socket } from 'node:net';
import { type ConnectionOptions, createSecureContext, connect as startTls, type TLSSocket } from 'node:tls';
import type { CertificateEndpoint } from '../../config/certificates-schema.ts';
import type { CertificateProblem } from '../../contracts/certificates.ts';
import { AppError } from '../../core/app-error.ts';
import type { Handshake } from '../../core/certificates/evaluate-certificate.ts';
import { maximumChainLength } from '../../core/certificates/judge-chain.ts';
import type { FindRoutes, Route } from './certificate-routes.ts';
import { isAddressAllowed, isMetadataService } from './network-guard.ts';
import { startPostgresTls, startSmtpTls } from './start-tls.ts';

export interface TlsProberOptions {
  /** All addresses of a name; DNS by default. Asked once for each probe: what it answered is what is connected to. */
  readonly resolve?: (host: string) => Promise<readonly string[]>;
  /** Where a name is reached in place of what DNS says. */
  readonly findRoutes?: FindRoutes;
  /** For each address, from connecting to the end of the handshake. */
  readonly timeoutMilliseconds?: number;
}

/** Never throws for what the other side does: that is a finding. */
export type TlsProber = (endpoint: CertificateEndpoint) => Promise<Handshake[]>;

const maximumAddresses = 8;

/**
 * The verdict is ours and not OpenSSL's, so every certificate is accepted here, even one with a key that no client would take.
 * No session is kept and no application data is sent. OpenSSL itself takes at most 100 KB of certificates.
 */
const secureContext = createSecureContext({ minVersion: 'TLSv1.2', ciphers: 'DEFAULT:@SECLEVEL=0' });

export function createTlsProber({
  resolve = resolveByDns,
  findRoutes = async () => undefined,
  timeoutMilliseconds = 5_000,
}: TlsProberOptions = {}): TlsProber {
  return async (endpoint) => {
    const { host, port } = endpoint;
    const routes = await findRoutes(host, port);
    if (routes !== undefined) return await followRoutes(endpoint, routes);
    let addresses: readonly string[];
    try {
      addresses = isIP(host) > 0 ? [host] : await within(timeoutMilliseconds, resolve(host));
    } catch (error) {
      return [withoutAddress(host, codeOf(error))];
    }
    const handshakes = await shakeAll(
      endpoint,
      addresses.map((address) => ({ address, port })),
      ({ address }) => isAddressAllowed(address, endpoint.allowedNetworks),
    );
    // A network without IPv6 says nothing about a name that is reached by IPv4 too.
    const reachable = handshakes.filter((handshake) => !isWithoutRoute(handshake));
    return reachable.length > 0 ? reachable : handshakes;
  };

  /** A pod that has gone since the routes were read is no finding: they are read again when one does not answer. */
  async function followRoutes(endpoint: CertificateEndpoint, routes: readonly Route[]): Promise<Handshake[]> {
    const handshakes = await shakeAll(endpoint, routes, isRouteAllowed);
    if (handshakes.every((handshake) => 'chain' in handshake)) return handshakes;
    const current = (await findRoutes(endpoint.host, endpoint.port, 'anew')) ?? routes;
    const isSame = JSON.stringify(current) === JSON.stringify(routes);
    return isSame ? handshakes : await shakeAll(endpoint, current, isRouteAllowed);
  }

  async function shakeAll(
    endpoint: CertificateEndpoint,
    routes: readonly Route[],
    isAllowed: (route: Route) => boolean,
  ): Promise<Handshake[]> {
    if (routes.length === 0) return [withoutAddress(endpoint.host, 'none')];
    return await Promise.all(
      routes.slice(0, maximumAddresses).map(async (route): Promise<Handshake> => {
        const address = nameOf(route, endpoint.port);
        if (isAllowed(route)) return await shakeHands(endpoint, route, address, timeoutMilliseconds);
        const words = `${endpoint.host} leads to an address that is not public: allow its network in the configuration, or correct the name`;
        return { address, problem: { kind: 'address-refused', words } };
      }),
    );
  }
}

/** Written down by an operator for just this name: as good as an allowed network, but never metadata services. */
function isRouteAllowed({ address }: Route): boolean {
  return !isMetadataService(address);
}

function nameOf({ address, port }: Route, expectedPort: number): string {
  if (port === expectedPort) return address;
  return isIP(address) === 6 ? `[${address}]:${port}` : `${address}:${port}`;
}

function withoutAddress(host: string, why: string): Handshake {
  return { address: host, problem: { kind: 'no-handshake', words: `the name has no address (${why})` } };
}

async function resolveByDns(host: string): Promise<string[]> {
  return (await lookup(host, { all: true, order: 'ipv4first' })).map(({ address }) => address);
}

async function shakeHands(
  { host, protocol }: CertificateEndpoint,
  target: Route,
  address: string,
  timeoutMilliseconds: number,
): Promise<Handshake> {
  const options: ConnectionOptions = {
    secureContext,
    rejectUnauthorized: false,
    requestOCSP: true,
    ...(isIP(host) > 0 ? {} : { servername: host }),
  };
  let open: Socket | undefined;
  try {
    const handshake = async (): Promise<Handshake> => {
      const plain = protocol === 'tls' ? undefined : connect({ host: target.address, port: target.port });
      open = plain;
      if (plain !== undefined) {
        await once(plain, 'connect');
        await (protocol === 'postgres' ? startPostgresTls(plain) : startSmtpTls(plain));
      }
      const secure =
        plain === undefined
          ? startTls({ host: target.address, port: target.port, ...options })
          : startTls({ socket: plain, ...options });
      open = secure;
      let stapled: Uint8Array | undefined;
      secure.once('OCSPResponse', (response: Buffer | null) => {
        stapled = response ?? undefined;
      });
      await once(secure, 'secureConnect');
      return { address, chain: listChain(secure), stapled };
    };
    return await within(timeoutMilliseconds, handshake());
  } catch (error) {
    return { address, problem: describeFailure(error, target.port) };
  } finally {
    // Only the outer one, which takes the inner one with it: ended the other way round they crash Node 24.9.
    open?.on('error', () => undefined).destroy();
  }
}
/** As it was sent, each certificate after the one that it issued. */
function listChain(socket: TLSSocket): Uint8Array[] {
  const chain: Uint8Array[] = [];
  let certificate = socket.getPeerX509Certificate();
  while (certificate !== undefined && chain.length < maximumChainLength) {
    chain.push(certificate.raw);
    certificate = certificate.issuerCertificate;
  }
  return chain;
}

function describeFailure(error: unknown, port: number): CertificateProblem {
  const code = codeOf(error);
  const words =
    error instanceof AppError
      ? error.message
      : (failures.find(([pattern]) => pattern.test(code))?.[1] ?? 'the handshake failed');
  return { kind: 'no-handshake', words: `port ${port}: ${words} (${code})` };
}

const noRoute = 'there is no way to it';
const failures: readonly (readonly [RegExp, string])[] = [
  [/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST/, 'it does not speak TLS'],
  [/PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL/, 'it speaks no version of TLS from 1.2 on'],
  [/UNRECOGNIZED_NAME/, 'it does not know the name'],
  [/EXCESSIVE_MESSAGE_SIZE/, 'its chain is longer than anybody takes'],
  [/ECONNREFUSED/, 'nobody listens'],
  [/ECONNRESET|ECLOSED/, 'it closed the connection during the handshake'],
  [/ENETUNREACH|EHOSTUNREACH|EADDRNOTAVAIL/, noRoute],
];

function isWithoutRoute(handshake: Handshake): boolean {
  return 'problem' in handshake && isIP(handshake.address) === 6 && handshake.problem.words.includes(noRoute);
}

function codeOf(error: unknown): string {
  if (error instanceof AppError) return error.name;
  const { code, message } = (error ?? {}) as { readonly code?: unknown; readonly message?: unknown };
  return String(code ?? message ?? 'unknown').slice(0, 120);
}

/** Rejects when the socket fails or ends before the event. */
function once(socket: Socket, event: 'connect' | 'secureConnect'): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.once(event, () => resolve());
  socket.once('error', reject);
  socket.once('close', () => reject(Object.assign(new Error('closed'), { code: 'ECLOSED' })));
  return promise;
}

async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new AppError('TimedOutError', `no end after ${milliseconds} ms`)),
    milliseconds,
  );
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
    work.catch(() => undefined);
  }
}

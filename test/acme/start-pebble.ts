// Starts Pebble with DNS and challenges of its own, all on loopback.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  createAuthority,
  createKey,
  createRequest,
  signRequest,
} from '../../local/world/kubernetes/cert-manager/x509.ts';
import type { Pebble } from '../../scripts/pebble/find-pebble.ts';

export interface AcmeServer {
  readonly directoryUrl: string;
  /** PEM of what its API is trusted by. */
  readonly apiAuthority: string;
  /** PEM of the root that its certificates lead to. */
  readonly root: string;
  /** What the challenge of HTTP answers for a token; nothing when it is left out. */
  setChallenge(token: string, content?: string): Promise<void>;
  stop(): Promise<void>;
}

const day = 86_400_000;
const patienceMilliseconds = 60_000;

export async function startPebble({ server, challengeServer }: Pebble): Promise<AcmeServer> {
  const directory = mkdtempSync(join(tmpdir(), 'pebble-'));
  const [api, management, dns, http, challenges, tls] = await findFreePorts(6);
  const apiAuthority = await writeCredentials(directory);
  const config = {
    pebble: {
      listenAddress: `127.0.0.1:${api}`,
      managementListenAddress: `127.0.0.1:${management}`,
      certificate: join(directory, 'cert.pem'),
      privateKey: join(directory, 'key.pem'),
      httpPort: http,
      tlsPort: tls,
    },
  };
  writeFileSync(join(directory, 'config.json'), JSON.stringify(config));
  const children = [
    spawn(challengeServer, [
      ...[
        '-defaultIPv4',
        '127.0.0.1',
        '-defaultIPv6',
        '',
        '-dns01',
        `127.0.0.1:${dns}`,
        '-http01',
        `127.0.0.1:${http}`,
      ],
      ...['-https01', '', '-tlsalpn01', '', '-management', `127.0.0.1:${challenges}`],
    ]),
    spawn(server, ['-config', join(directory, 'config.json'), '-dnsserver', `127.0.0.1:${dns}`], {
      env: { ...process.env, PEBBLE_VA_NOSLEEP: '1', PEBBLE_WFE_NONCEREJECT: '0', PEBBLE_AUTHZREUSE: '0' },
    }),
  ];
  const output = children.map(collectOutput);
  const stop = async (): Promise<void> => {
    await Promise.all(children.map(end));
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    const root = await waitFor(output, () => get(`https://127.0.0.1:${management}/roots/0`, apiAuthority));
    await waitFor(output, () => get(`https://127.0.0.1:${api}/dir`, apiAuthority));
    await waitFor(output, () => fetch(`http://127.0.0.1:${challenges}/`).then((answer) => answer.text()));
    const tell = async (action: string, body: object): Promise<void> => {
      const url = `http://127.0.0.1:${challenges}/${action}`;
      const { status } = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
      if (status !== 200) throw new Error(`${action}: the challenge server answered ${status}`);
    };
    return {
      directoryUrl: `https://127.0.0.1:${api}/dir`,
      apiAuthority,
      root,
      setChallenge: (token, content) =>
        content === undefined ? tell('del-http01', { token }) : tell('add-http01', { token, content }),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Ports that were free a moment ago. */
async function findFreePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** What Pebble's own API is served with. Returns the PEM of its authority. */
async function writeCredentials(directory: string): Promise<string> {
  const validity = { notBefore: Date.now() - day, notAfter: Date.now() + day };
  const authority = await createAuthority('Authority of the API', validity);
  const key = await createKey({ algorithm: 'ECDSA' });
  const asked = await createRequest(key, { dnsNames: ['localhost'], ipAddresses: ['127.0.0.1'] });
  writeFileSync(join(directory, 'cert.pem'), await signRequest(asked, authority, validity));
  writeFileSync(join(directory, 'key.pem'), key);
  return authority.certificate;
}

function collectOutput(child: ChildProcess): () => string {
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk) => {
      text = `${text}${chunk}`.slice(-4_000);
    });
  child.on('error', (error) => {
    text += error.message;
  });
  return () => text;
}

async function waitFor(output: readonly (() => string)[], ask: () => Promise<string>): Promise<string> {
  const deadline = performance.now() + patienceMilliseconds;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (performance.now() > deadline)
        throw new Error(`Pebble does not answer: ${output.map((read) => read()).join('\n')}`, { cause: error });
      await sleep(50);
    }
  }
}

function get(url: string, ca: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  request(url, { ca }, (answer) => {
    let text = '';
    answer.on('data', (chunk) => {
      text += chunk;
    });
    answer.on('end', () => (answer.statusCode === 200 ? resolve(text) : reject(new Error(`${answer.statusCode}`))));
  })
    .on('error', reject)
    .end();
  return promise;
}

function end(child: ChildProcess): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return Promise.resolve();
  child.once('exit', () => resolve());
  child.kill('SIGKILL');
  return promise;
}

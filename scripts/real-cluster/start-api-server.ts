// A real API server over a real etcd on loopback, with what an administrator would have applied. No controllers, no nodes.
import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { parseAllDocuments, stringify } from 'yaml';
import { findFreePorts } from '../../local/world/find-free-ports.ts';
import { type KubeContext, openKubeContext } from '../../local/world/kubernetes/real-cluster/open-kube-context.ts';
import { findInCluster, sendToCluster } from '../../local/world/kubernetes/real-cluster/send-to-cluster.ts';
import { findModule } from './build-api-server.ts';
import { definitionModules } from './places.ts';

export const contextName = 'real-cluster';

export interface RealCluster {
  /** Path of a kubeconfig whose one context is the cluster's administrator. */
  readonly kubeConfig: string;
  stop(): Promise<void>;
}

const patienceMilliseconds = 180_000;

export async function startApiServer(programs: {
  readonly apiServer: string;
  readonly etcd: string;
}): Promise<RealCluster> {
  const directory = mkdtempSync(join(tmpdir(), 'real-cluster-'));
  const running: ChildProcess[] = [];
  const start = (program: string, args: readonly string[]): void => {
    running.push(spawn(program, args, { cwd: directory, stdio: 'ignore' }));
  };
  const stop = async (): Promise<void> => {
    for (const child of running.toReversed()) {
      if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) continue;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    }
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    const [client, peer, port] = await findFreePorts(3);
    const etcdUrl = `http://127.0.0.1:${client}`;
    start(programs.etcd, [
      `--data-dir=${join(directory, 'etcd')}`,
      `--listen-client-urls=${etcdUrl}`,
      `--advertise-client-urls=${etcdUrl}`,
      `--listen-peer-urls=http://127.0.0.1:${peer}`,
      // Nothing here outlives the process.
      '--unsafe-no-fsync',
    ]);
    const token = randomBytes(16).toString('hex');
    writeFileSync(join(directory, 'tokens.csv'), `${token},administrator,administrator,system:masters\n`, {
      mode: 0o600,
    });
    const key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' });
    writeFileSync(join(directory, 'service-accounts.key'), key, { mode: 0o600 });
    start(programs.apiServer, [
      `--etcd-servers=${etcdUrl}`,
      '--bind-address=127.0.0.1',
      `--secure-port=${port}`,
      '--cert-dir=certificates',
      '--authorization-mode=RBAC',
      '--token-auth-file=tokens.csv',
      '--service-cluster-ip-range=10.0.0.0/24',
      '--service-account-issuer=https://kubernetes.default.svc',
      '--service-account-key-file=service-accounts.key',
      '--service-account-signing-key-file=service-accounts.key',
      // Pods want a service account that a controller would make.
      '--disable-admission-plugins=ServiceAccount',
    ]);
    const kubeConfig = join(directory, 'kubeconfig');
    await writeKubeConfig(
      kubeConfig,
      join(directory, 'certificates', 'apiserver.crt'),
      `https://127.0.0.1:${port}`,
      token,
    );
    process.env.KUBECONFIG = kubeConfig;
    const context = await openKubeContext(contextName);
    const isReady = async (): Promise<boolean> =>
      (await findInCluster(context, '/api/v1/namespaces/default').catch(() => undefined)) !== undefined;
    await waitUntil('the API server is ready', isReady);
    await applyManifests(context);
    return { kubeConfig, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The server makes its own certificate, which is then its authority too. */
async function writeKubeConfig(file: string, certificate: string, server: string, token: string): Promise<void> {
  await waitUntil('the API server has a certificate', async () => existsSync(certificate));
  const cluster = { server, 'certificate-authority-data': readFileSync(certificate).toString('base64') };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: contextName, cluster }],
    users: [{ name: 'administrator', user: { token } }],
    contexts: [{ name: contextName, context: { cluster: contextName, user: 'administrator' } }],
    'current-context': contextName,
  };
  writeFileSync(file, stringify(config), { mode: 0o600 });
}

/** The definitions of Argo CD, Flagger and cert-manager, and our roles. */
async function applyManifests(context: KubeContext): Promise<void> {
  const definitions = definitionModules.flatMap(({ module, version, files }) => {
    const folder = findModule(module, version);
    return globSync(files, { cwd: folder }).map((name) => join(folder, name));
  });
  for (const manifest of [...definitions, ...globSync('gitops/platform/*.yaml')]) {
    for (const document of parseAllDocuments(readFileSync(manifest, 'utf8'))) {
      const object = document.toJS() as Manifest | null;
      // What belongs into a namespace waits for its namespace: the contract suite tries roles in one of its own.
      if (object !== null && isClusterWide(object)) await create(context, object);
    }
  }
  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  await waitUntil('all definitions are served', async () => {
    const { items } = (await findInCluster(context, path)) as { items: Definition[] };
    const isServed = ({ status }: Definition): boolean =>
      status?.conditions?.some((condition) => condition.type === 'Established' && condition.status === 'True') ?? false;
    return items.length > 0 && items.every(isServed);
  });
}

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

function isClusterWide({ kind }: Manifest): boolean {
  return ['CustomResourceDefinition', 'ClusterRole', 'ClusterRoleBinding'].includes(kind);
}

interface Definition {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

/** Of the kinds that are applied here all are cluster-wide and have the plain plural. */
async function create(context: KubeContext, object: Manifest): Promise<void> {
  const answer = await sendToCluster(context, {
    method: 'POST',
    path: `/apis/${object.apiVersion}/${object.kind.toLowerCase()}s`,
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: Buffer.from(JSON.stringify(object)),
  });
  const body = await text(answer);
  if (answer.statusCode !== 201)
    throw new Error(
      `${object.kind} ${object.metadata.name} was answered with ${answer.statusCode}: ${body.slice(0, 500)}`,
    );
}

async function waitUntil(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + patienceMilliseconds;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`${what}: not within ${patienceMilliseconds / 1000} s`);
    await delay(200);
  }
}

// cert-manager as it is simulated: real X.509 on the virtual clock, renewed in time, and stuck when an issuer is told to be.
import { X509Certificate } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type AcmeAuthorities, openAcmeAuthorities } from '../../../../../local/world/acme-authorities.ts';
import { issuerFaultAnnotation } from '../../../../../local/world/kubernetes/cert-manager/issuer-faults.ts';
import {
  type Certificate,
  type Challenge,
  decode,
  findTypes,
  type Issuer,
  type TlsSecret,
} from '../../../../../local/world/kubernetes/cert-manager/resources.ts';
import { ingresses, secrets } from '../../../../../local/world/kubernetes/resources/built-in-types.ts';
import type { Condition, JsonObject } from '../../../../../local/world/kubernetes/resources/kubernetes-object.ts';
import { buildDeployment, startTestCluster, type TestCluster } from '../start-test-cluster.ts';

const server = 'https://acme.example/directory';
const day = 86_400_000;
let directory: string;
let authorities: AcmeAuthorities;
let test: TestCluster;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'acme-'));
  authorities = openAcmeAuthorities(directory, Date.now);
  test = await startTestCluster({ acmeAuthorities: authorities });
  create('issuers', { metadata: { name: 'acme' }, spec: { acme: { server } } });
  create('issuers', { metadata: { name: 'self-signed' }, spec: { selfSigned: {} } });
  create('issuers', { metadata: { name: 'internal' }, spec: { ca: { secretName: 'authority' } } });
});
afterAll(async () => {
  await test.stop();
  await rm(directory, { recursive: true, force: true });
});

function create(kind: 'issuers' | 'certificates', object: { metadata: JsonObject; spec: JsonObject }): void {
  const { registry } = test.cluster;
  registry.create(findTypes(registry)[kind], { ...object, metadata: { ...object.metadata, namespace: 'shop' } });
}

function order(name: string, issuer: string, more: JsonObject = {}): void {
  const privateKey = { algorithm: 'ECDSA', size: 256, rotationPolicy: 'Always' };
  const issuerRef = { name: issuer, kind: 'Issuer' };
  create('certificates', {
    metadata: { name },
    spec: { secretName: `${name}-tls`, dnsNames: [`${name}.example`], privateKey, issuerRef, ...more },
  });
}

const find = (name: string): Certificate => {
  const { registry } = test.cluster;
  return registry.get<Certificate>(findTypes(registry).certificates, 'shop', name);
};
const conditionOf = (name: string, type: string): Condition | undefined =>
  find(name).status?.conditions?.find((condition) => condition.type === type);
const held = (name: string): X509Certificate => {
  const { data = {} } = test.cluster.registry.get<TlsSecret>(secrets, 'shop', `${name}-tls`);
  return new X509Certificate(decode(data['tls.crt']));
};
const breakIssuer = (name: string, fault: string): void => {
  const { registry } = test.cluster;
  registry.update<Issuer>(findTypes(registry).issuers, 'shop', name, (issuer) => {
    issuer.metadata.annotations = { ...issuer.metadata.annotations, [issuerFaultAnnotation]: fault };
  });
};
const serialAt = (address: string, servername: string): Promise<string> => {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const [host = '', port] = address.split(':');
  const socket = connect({ host, port: Number(port), servername, rejectUnauthorized: false }, () => {
    resolve(socket.getPeerX509Certificate()?.serialNumber ?? '');
    socket.destroy();
  });
  socket.on('error', reject);
  return promise;
};

describe('an issuance', () => {
  it('by ACME leads to a chain that verifies, and to a Secret that can be served', async () => {
    order('api', 'acme');
    await test.clock.advance(60_000);
    const { root, intermediate } = await authorities(server);
    const leaf = held('api');
    expect(leaf.subjectAltName).toBe('DNS:api.example');
    expect(leaf.verify(new X509Certificate(intermediate.certificate).publicKey)).toBe(true);
    expect(new X509Certificate(intermediate.certificate).verify(new X509Certificate(root).publicKey)).toBe(true);
    expect(conditionOf('api', 'Ready')).toMatchObject({ status: 'True', reason: 'Ready' });
    expect(conditionOf('api', 'Issuing')).toBeUndefined();
    expect(find('api').status).toMatchObject({
      revision: 1,
      notAfter: expect.any(String),
      renewalTime: expect.any(String),
    });
  });

  it('by an authority of the cluster waits until that is there', async () => {
    order('tools', 'internal');
    await test.clock.advance(5_000);
    expect(conditionOf('tools', 'Ready')?.status).toBe('False');
    order('authority', 'self-signed', {
      isCA: true,
      commonName: 'internal CA',
      secretName: 'authority',
      duration: '87600h',
    });
    await test.clock.advance(5_000);
    const { data = {} } = test.cluster.registry.get<TlsSecret>(secrets, 'shop', 'tools-tls');
    expect(held('tools').verify(new X509Certificate(decode(data['ca.crt'])).publicKey)).toBe(true);
  });
});

describe('a renewal', () => {
  it('comes by itself at two thirds of the lifetime, and can be asked for as cmctl does', async () => {
    const first = held('api').serialNumber;
    await test.clock.advance(59 * day);
    expect(held('api').serialNumber).toBe(first);
    await test.clock.advance(2 * day);
    const second = held('api').serialNumber;
    expect(second).not.toBe(first);
    const { registry } = test.cluster;
    registry.update<Certificate>(
      findTypes(registry).certificates,
      'shop',
      'api',
      (certificate) => {
        const issuing: Condition = {
          type: 'Issuing',
          status: 'True',
          reason: 'ManuallyTriggered',
          lastTransitionTime: registry.now(),
        };
        certificate.status = {
          ...certificate.status,
          conditions: [...(certificate.status?.conditions ?? []), issuing],
        };
      },
      { subresource: 'status' },
    );
    await test.clock.advance(60_000);
    expect(held('api').serialNumber).not.toBe(second);
    expect(find('api').status?.revision).toBe(3);
  });

  it('that is refused by a rate limit says until when, is held back, and succeeds when the limit is over', async () => {
    breakIssuer('acme', 'rate-limit=limited.example');
    order('limited', 'acme');
    await test.clock.advance(60_000);
    expect(conditionOf('limited', 'Issuing')).toMatchObject({
      status: 'False',
      reason: 'Failed',
      message: expect.stringMatching(/"errored" state: .*429 urn:ietf:params:acme:error:rateLimited.*retry after/),
    });
    expect(find('limited').status?.failedIssuanceAttempts).toBe(1);
    await test.clock.advance(3_600_000 + 60_000);
    expect(find('limited').status?.failedIssuanceAttempts).toBe(2);
    breakIssuer('acme', '');
    await test.clock.advance(2 * 3_600_000);
    expect(conditionOf('limited', 'Ready')?.status).toBe('True');
    expect(find('limited').status?.failedIssuanceAttempts).toBeUndefined();
  });

  it('that DNS holds up stays under way, with the reason at the challenge', async () => {
    breakIssuer('acme', 'dns=stuck.example');
    order('stuck', 'acme');
    await test.clock.advance(day);
    const { registry } = test.cluster;
    const [challenge] = registry.list<Challenge>(findTypes(registry).challenges, 'shop');
    expect(challenge?.status).toMatchObject({
      state: 'pending',
      reason: expect.stringContaining('not yet propagated'),
    });
    expect(conditionOf('stuck', 'Issuing')?.status).toBe('True');
    breakIssuer('acme', '');
    await test.clock.advance(60_000);
    expect(conditionOf('stuck', 'Ready')?.status).toBe('True');
  });
});

describe('what is served', () => {
  it('behind an Ingress is what the Secret holds, and in a pod what it has loaded', async () => {
    const { cluster, clock } = test;
    cluster.registry.create(ingresses, {
      metadata: { name: 'api', namespace: 'shop' },
      spec: { tls: [{ hosts: ['api.example'], secretName: 'api-tls' }] },
    });
    for (const [name, image] of [
      ['tools', 'shop/tools:stale'],
      ['books', 'shop/books:1'],
    ] as const) {
      if (name === 'books') order('books', 'internal');
      const deployment = buildDeployment(name, image);
      const [container] = deployment.spec.template.spec.containers;
      Object.assign(container ?? {}, {
        ports: [{ name: 'https', containerPort: 8443 }],
        volumeMounts: [{ name: 'certificate', mountPath: '/etc/tls' }],
      });
      Object.assign(deployment.spec.template.spec, {
        volumes: [{ name: 'certificate', secret: { secretName: `${name}-tls`, optional: true } }],
      });
      const types = cluster.registry.types;
      const create = (group: string, resource: string, object: JsonObject) => {
        const type = types.findResource(group, resource);
        if (type !== undefined) cluster.registry.create(type, object);
      };
      create('apps', 'deployments', deployment);
      create('', 'services', {
        metadata: {
          name,
          namespace: 'shop',
          annotations: { 'external-dns.alpha.kubernetes.io/hostname': `${name}.example` },
        },
        spec: { selector: { app: name }, ports: [{ name: 'https', port: 8443, targetPort: 'https' }] },
      });
    }
    await clock.advance(30_000);
    const served = (name: string): readonly string[] => cluster.servedNames().get(name) ?? [];
    expect(served('tools.example:8443')).toHaveLength(2);
    const serials = async (name: string, host: string) =>
      new Set(await Promise.all(served(name).map((address) => serialAt(address, host))));
    expect(await serials('api.example:443', 'api.example')).toEqual(new Set([held('api').serialNumber]));
    const old = held('tools').serialNumber;
    expect(await serials('tools.example:8443', 'tools.example')).toEqual(new Set([old]));

    await clock.advance(61 * day);
    expect(held('tools').serialNumber).not.toBe(old);
    expect(await serials('api.example:443', 'api.example')).toEqual(new Set([held('api').serialNumber]));
    expect(await serials('books.example:8443', 'books.example')).toEqual(new Set([held('books').serialNumber]));
    expect(await serials('tools.example:8443', 'tools.example')).toEqual(new Set([old]));
  });
});

// What is asked of a cluster to have a certificate issued, and how its answers are read.
import { describe, expect, it } from '@jest/globals';
import type { CertificateEndpoint } from '../../../config/certificates-schema.ts';
import type { Configuration } from '../../../config/schema.ts';
import { createCertificateIssuance } from '../../../lambdas/adapters/kubernetes-certificate-issuance.ts';
import type { KubernetesRequest } from '../../../lambdas/adapters/kubernetes-client.ts';

const environments = {
  prod: { cluster: 'pyairtable-prod', namespace: 'pyairtable-prod' },
} as unknown as Configuration['environments'];
const endpoint: CertificateEndpoint = {
  host: 'api.example',
  port: 443,
  protocol: 'tls',
  environment: 'prod',
  owner: 'platform',
  issuer: 'letsencrypt',
  certificate: { name: 'api', namespace: 'edge' },
  restart: ['gateway', 'tools'],
  allowedNetworks: [],
  allowSelfSigned: false,
};
const certificatePath = '/apis/cert-manager.io/v1/namespaces/edge/certificates/api';
const at = '2026-11-23T06:00:00.123Z';

interface Answer {
  readonly status: number;
  readonly body?: object | string;
}

/** A cluster that gives these answers by `METHOD path`, one after the other, the last one for ever. */
function open(answers: Readonly<Record<string, readonly Answer[]>>) {
  const asked: KubernetesRequest[] = [];
  const left = new Map(Object.entries(answers).map(([key, list]) => [key, [...list]]));
  const issuance = createCertificateIssuance(environments, () => async (request) => {
    asked.push(request);
    const list = left.get(`${request.method} ${request.path}`) ?? [{ status: 404 }];
    const { status, body = {} } = (list.length > 1 ? list.shift() : list[0]) ?? { status: 404 };
    return { status, body: typeof body === 'string' ? body : JSON.stringify(body), durationMilliseconds: 1 };
  });
  return { issuance, asked, bodies: () => asked.flatMap(({ body }) => (body ? [JSON.parse(String(body))] : [])) };
}

const certificate = (status: object, resourceVersion = '7') => ({
  metadata: { name: 'api', uid: 'u1', resourceVersion, generation: 3 },
  status,
});
const ready = { type: 'Ready', status: 'True' };
const issuing = { type: 'Issuing', status: 'True' };

describe('asking for an issuance', () => {
  it('sets the condition beside the others, for the version that was read', async () => {
    const old = { type: 'Issuing', status: 'False', reason: 'Failed' };
    const { issuance, asked, bodies } = open({
      [`GET ${certificatePath}`]: [{ status: 200, body: certificate({ conditions: [ready, old] }) }],
      [`PATCH ${certificatePath}/status`]: [{ status: 200 }],
    });
    expect(await issuance.trigger(endpoint, at)).toBe(true);
    expect(bodies()).toEqual([
      {
        metadata: { resourceVersion: '7' },
        status: {
          conditions: [
            ready,
            {
              ...issuing,
              reason: 'ManuallyTriggered',
              message: expect.any(String),
              lastTransitionTime: '2026-11-23T06:00:00Z',
              observedGeneration: 3,
            },
          ],
        },
      },
    ]);
    expect(asked.at(-1)?.contentType).toBe('application/merge-patch+json');
  });

  it('leaves alone an issuance that is under way, and one that an earlier try of ours has brought', async () => {
    for (const status of [{ conditions: [issuing] }, { conditions: [ready], revision: 5 }]) {
      const { issuance, asked } = open({ [`GET ${certificatePath}`]: [{ status: 200, body: certificate(status) }] });
      expect(await issuance.trigger(endpoint, at, 4)).toBe(false);
      expect(asked.map(({ method }) => method)).toEqual(['GET']);
    }
  });

  it('reads again when somebody else wrote in between, but not for ever', async () => {
    const versions = ['7', '8'].map((version) => ({ status: 200, body: certificate({ revision: 4 }, version) }));
    const once = open({
      [`GET ${certificatePath}`]: versions,
      [`PATCH ${certificatePath}/status`]: [{ status: 409 }, { status: 200 }],
    });
    expect(await once.issuance.trigger(endpoint, at, 4)).toBe(true);
    expect(once.bodies().map(({ metadata }) => metadata.resourceVersion)).toEqual(['7', '8']);
    const always = open({
      [`GET ${certificatePath}`]: versions,
      [`PATCH ${certificatePath}/status`]: [{ status: 409 }],
    });
    await expect(always.issuance.trigger(endpoint, at)).rejects.toMatchObject({ name: 'ThrottledError' });
    expect(always.asked.length).toBeLessThan(20);
  });

  it.each([
    [404, 'NotFoundError'],
    [403, 'ForbiddenError'],
    [401, 'ForbiddenError'],
    [500, 'UpstreamUnavailableError'],
  ])('says what %i means', async (status, name) => {
    const { issuance } = open({ [`GET ${certificatePath}`]: [{ status }] });
    await expect(issuance.trigger(endpoint, at)).rejects.toMatchObject({ name });
  });

  it('does not believe an answer that is something else', async () => {
    const { issuance } = open({ [`GET ${certificatePath}`]: [{ status: 200, body: { kind: 'Status' } }] });
    await expect(issuance.trigger(endpoint, at)).rejects.toMatchObject({ name: 'UpstreamUnavailableError' });
    const garbled = open({ [`GET ${certificatePath}`]: [{ status: 200, body: '<html>' }] });
    await expect(garbled.issuance.trigger(endpoint, at)).rejects.toMatchObject({ name: 'UpstreamUnavailableError' });
  });

  it('is refused where the configuration names no certificate', async () => {
    const { certificate: _, ...unmanaged } = endpoint;
    const { issuance, asked } = open({});
    await expect(issuance.trigger(unmanaged, at)).rejects.toMatchObject({ name: 'InvalidInputError' });
    expect(asked).toEqual([]);
  });
});

describe('following an issuance', () => {
  const owned = (uid: string, owner: string, more: object) => ({
    metadata: { name: uid, uid, ownerReferences: [{ uid: owner }] },
    ...more,
  });
  const list = (...items: object[]) => [{ status: 200, body: { items } }];

  it('reads its newest request, and only the orders and challenges that belong to it', async () => {
    const request = (uid: string, creationTimestamp: string, message: string) => ({
      metadata: { name: uid, uid, creationTimestamp, ownerReferences: [{ uid: 'u1' }] },
      status: { conditions: [{ type: 'Ready', status: 'False', message }] },
    });
    const { issuance } = open({
      [`GET ${certificatePath}`]: [
        { status: 200, body: certificate({ conditions: [issuing], lastFailureTime: '2026-11-23T05:00:00Z' }) },
      ],
      'GET /apis/cert-manager.io/v1/namespaces/edge/certificaterequests': list(
        request('r1', '2026-11-01T00:00:00Z', 'old'),
        request('r2', '2026-11-23T06:00:00Z', 'new'),
        owned('r3', 'of another', {}),
      ),
      'GET /apis/acme.cert-manager.io/v1/namespaces/edge/orders': list(
        owned('o1', 'r1', { status: { state: 'errored', reason: 'old' } }),
        owned('o2', 'r2', { status: { state: 'pending' } }),
      ),
      'GET /apis/acme.cert-manager.io/v1/namespaces/edge/challenges': list(
        owned('c1', 'o2', {
          spec: { dnsName: 'api.example', type: 'DNS-01' },
          status: { state: 'pending', reason: 'not yet propagated' },
        }),
        owned('c2', 'o1', {}),
      ),
    });
    expect(await issuance.read(endpoint)).toEqual({
      conditions: [issuing],
      lastFailureTime: '2026-11-23T05:00:00Z',
      request: [{ type: 'Ready', status: 'False', message: 'new' }],
      orders: [{ state: 'pending', reason: '' }],
      challenges: [{ name: 'api.example', type: 'DNS-01', state: 'pending', reason: 'not yet propagated' }],
    });
  });

  it('finds nothing where nothing has begun', async () => {
    const none = list();
    const { issuance } = open({
      [`GET ${certificatePath}`]: [{ status: 200, body: { metadata: { name: 'api', uid: 'u1' } } }],
      'GET /apis/cert-manager.io/v1/namespaces/edge/certificaterequests': none,
      'GET /apis/acme.cert-manager.io/v1/namespaces/edge/orders': none,
      'GET /apis/acme.cert-manager.io/v1/namespaces/edge/challenges': none,
    });
    expect(await issuance.read(endpoint)).toMatchObject({ conditions: [], request: [], orders: [], challenges: [] });
  });
});

describe('restarting what serves it', () => {
  it('marks the pod template of each Deployment as kubectl does, and stops at one that is not there', async () => {
    const path = (name: string) => `/apis/apps/v1/namespaces/edge/deployments/${name}`;
    const { issuance, bodies } = open({ [`PATCH ${path('gateway')}`]: [{ status: 200 }] });
    await expect(issuance.restart(endpoint, at)).rejects.toMatchObject({ name: 'NotFoundError' });
    const annotations = { 'kubectl.kubernetes.io/restartedAt': '2026-11-23T06:00:00Z' };
    expect(bodies()).toEqual([gatewayBody(annotations), gatewayBody(annotations)]);
  });
});

function gatewayBody(annotations: object): object {
  return { spec: { template: { metadata: { annotations } } } };
}

// Tests of what we read from a cluster, on objects of the form that Kubernetes and Argo CD write.
import { describe, expect, it } from '@jest/globals';
import type { KubernetesClient, KubernetesRequest } from '../../../lambdas/adapters/kubernetes-client.ts';
import { readApplication, readWorkload, requestRefresh } from '../../../lambdas/adapters/kubernetes-rollout-reader.ts';
import { createKubernetesServiceProbe } from '../../../lambdas/adapters/kubernetes-service-probe.ts';

function createClient(answers: Record<string, object>, status = 200) {
  const requests: KubernetesRequest[] = [];
  const client: KubernetesClient = async (request) => {
    requests.push(request);
    const body = answers[request.path];
    return { status: body === undefined ? 404 : status, body: JSON.stringify(body ?? {}), durationMilliseconds: 3 };
  };
  return { client, requests };
}
const application = '/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/pyairtable-dev';
const deployment = '/apis/apps/v1/namespaces/pyairtable-dev/deployments/api-gateway';
const pods = '/api/v1/namespaces/pyairtable-dev/pods?labelSelector=app.kubernetes.io%2Fname%3Dapi-gateway';
const target = { service: 'api-gateway', deployment: 'api-gateway', image: 'ghcr.io/pyairtable/api-gateway' };

const deploymentObject = (status: object) => ({
  metadata: { generation: 4 },
  spec: {
    replicas: 2,
    selector: { matchLabels: { 'app.kubernetes.io/name': 'api-gateway' } },
    template: {
      spec: {
        containers: [
          { name: 'proxy', image: 'envoy:1' },
          { name: 'api-gateway', image: 'ghcr.io/pyairtable/api-gateway:sha-a@sha256:1' },
        ],
      },
    },
  },
  status: { observedGeneration: 4, replicas: 3, updatedReplicas: 1, availableReplicas: 2, ...status },
});

describe('an Application', () => {
  it('is read with the revisions that Argo CD compared and applied', async () => {
    const { client } = createClient({
      [application]: {
        status: {
          sync: { status: 'Synced', revision: 'r2' },
          health: { status: 'Healthy' },
          operationState: { phase: 'Succeeded', syncResult: { revision: 'r1' } },
        },
      },
    });
    expect(await readApplication(client, 'argocd', 'pyairtable-dev')).toMatchObject({
      syncStatus: 'Synced',
      syncRevision: 'r2',
      healthStatus: 'Healthy',
      operationPhase: 'Succeeded',
      operationRevision: 'r1',
    });
  });

  it('may be so new that it has no status', async () => {
    const { client } = createClient({ [application]: {} });
    expect(await readApplication(client, 'argocd', 'pyairtable-dev')).toMatchObject({ syncStatus: undefined });
  });

  it('is hurried along by its annotation and by nothing else', async () => {
    const { client, requests } = createClient({ [application]: {} });
    await requestRefresh(client, 'argocd', 'pyairtable-dev');
    expect(requests[0]).toMatchObject({ method: 'PATCH', contentType: 'application/merge-patch+json' });
    expect(JSON.parse(String(requests[0]?.body))).toEqual({
      metadata: { annotations: { 'argocd.argoproj.io/refresh': 'normal' } },
    });
  });

  it.each([
    [404, 'NotFoundError'],
    [403, 'ForbiddenError'],
    [429, 'ThrottledError'],
    [500, 'UpstreamUnavailableError'],
  ])('that is answered with %s is a %s', async (status, name) => {
    const { client } = createClient({ [application]: {} }, status);
    await expect(readApplication(client, 'argocd', 'pyairtable-dev')).rejects.toMatchObject({ name });
  });
});

describe('a Deployment', () => {
  it('is read with the container that is ours and what its pods complain of', async () => {
    const { client } = createClient({
      [deployment]: deploymentObject({
        conditions: [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' }],
      }),
      [pods]: {
        items: [
          {
            status: {
              containerStatuses: [
                { state: { waiting: { reason: 'CrashLoopBackOff' } }, lastState: { terminated: { exitCode: 1 } } },
              ],
            },
          },
          { status: { conditions: [{ type: 'PodScheduled', status: 'False', message: '0/3 nodes are available' }] } },
          { status: { containerStatuses: [{ state: { waiting: { reason: 'ContainerCreating' } } }] } },
          {
            status: {
              conditions: [
                { type: 'Ready', status: 'False', message: 'containers with unready status: [api-gateway]' },
              ],
              containerStatuses: [{ state: { running: {} } }],
            },
          },
        ],
      },
    });
    expect(await readWorkload(client, 'pyairtable-dev', target)).toEqual({
      service: 'api-gateway',
      image: 'ghcr.io/pyairtable/api-gateway:sha-a@sha256:1',
      desiredReplicas: 2,
      updatedReplicas: 1,
      availableReplicas: 2,
      totalReplicas: 3,
      isObserved: true,
      stalledBecause: 'ProgressDeadlineExceeded',
      podProblems: [
        'CrashLoopBackOff (exit code 1)',
        '0/3 nodes are available',
        'containers with unready status: [api-gateway]',
      ],
    });
  });

  it('whose old pod stands in for a new one that crashes is not taken for complete', async () => {
    const crashing = { containerStatuses: [{ state: { waiting: { reason: 'CrashLoopBackOff' } } }] };
    const { client } = createClient({
      [deployment]: deploymentObject({ replicas: 3, updatedReplicas: 2, availableReplicas: 2 }),
      [pods]: { items: [{ status: crashing }] },
    });
    expect((await readWorkload(client, 'pyairtable-dev', target)).podProblems).toEqual(['CrashLoopBackOff']);
  });

  it('that is complete is not asked for its pods', async () => {
    const { client, requests } = createClient({
      [deployment]: deploymentObject({ replicas: 2, updatedReplicas: 2, availableReplicas: 2 }),
    });
    expect((await readWorkload(client, 'pyairtable-dev', target)).podProblems).toEqual([]);
    expect(requests).toHaveLength(1);
  });
});

describe('the service probe', () => {
  it('goes through the API server to the named port', async () => {
    const path = '/api/v1/namespaces/pyairtable-dev/services/api-gateway:8000/proxy/health';
    const { client } = createClient({ [path]: { ok: true } });
    const probe = createKubernetesServiceProbe(client, () => ({
      namespace: 'pyairtable-dev',
      name: 'api-gateway',
      port: 8000,
    }));
    expect(await probe.get('api-gateway', '/health', 1_000)).toMatchObject({ status: 200, body: '{"ok":true}' });
  });
});

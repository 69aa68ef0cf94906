// Everything that the functions do in a cluster, by the ClusterRole that lets them. Whoever gives a role a rule adds here what needs it: each
// action must be allowed with the role and forbidden without it, and no permission may be idle.
import { randomBytes } from 'node:crypto';
import type { CertificateEndpoint } from '../../config/certificates-schema.ts';
import type { Configuration } from '../../config/schema.ts';
import { backedUpResources, pathOf } from '../../core/configuration-backup/backed-up-resources.ts';
import { drillLabel } from '../../core/recovery/build-drill-job.ts';
import type { Pin } from '../../core/rollback/break-glass.ts';
import { createBreakGlassCluster } from '../../lambdas/adapters/kubernetes-break-glass.ts';
import { createCertificateIssuance } from '../../lambdas/adapters/kubernetes-certificate-issuance.ts';
import { createCertificateReader } from '../../lambdas/adapters/kubernetes-certificate-reader.ts';
import type { KubernetesClient } from '../../lambdas/adapters/kubernetes-client.ts';
import { removeDrillJobs } from '../../lambdas/adapters/kubernetes-drill-jobs.ts';
import { createKubernetesJobs } from '../../lambdas/adapters/kubernetes-jobs.ts';
import { listCollection } from '../../lambdas/adapters/kubernetes-lister.ts';
import {
  readApplication,
  readCanary,
  readWorkload,
  requestRefresh,
} from '../../lambdas/adapters/kubernetes-rollout-reader.ts';
import { createKubernetesServiceProbe } from '../../lambdas/adapters/kubernetes-service-probe.ts';
import { type ClusterUnderTest, readRoles } from './open-cluster-under-test.ts';

/** Throws a `ForbiddenError` when the cluster forbids it; what it finds does not matter here. */
type Action = (
  client: KubernetesClient,
  cluster: Pick<ClusterUnderTest, 'namespace' | 'setStatus' | 'collectGarbage'>,
) => Promise<unknown>;

export const unpullable = 'registry.invalid/automation/missing:pull-error';

/** The names of objects that a role is limited to: Kubernetes cannot let somebody read a part of a Secret. */
export function listNames(role: string, resource: string): readonly string[] {
  const rules = readRoles().find(({ name }) => name === role)?.rules ?? [];
  return rules
    .filter(({ resources }) => resources.includes(resource))
    .flatMap(({ resourceNames = [] }) => resourceNames);
}

const certificatePath = (namespace: string): string =>
  `/apis/cert-manager.io/v1/namespaces/${namespace}/certificates/shop`;
const environmentsIn = (namespace: string) =>
  ({ test: { namespace, cluster: 'test' } }) as unknown as Configuration['environments'];
/** A name whose certificate is called `shop`. */
const shop: CertificateEndpoint = {
  host: 'shop.example',
  port: 443,
  protocol: 'tls',
  environment: 'test',
  owner: 'test',
  issuer: 'test',
  certificate: { name: 'shop' },
  restart: [],
  allowedNetworks: [],
  allowSelfSigned: false,
};

/** What the way past Git pins in the suite. */
export function pinIn({ namespace }: Pick<ClusterUnderTest, 'namespace'>): Pin {
  const image = unpullable.replace(/:[^:/]+$/, '');
  return { namespace, deployment: 'pinned', entry: image, image, digest: `sha256:${'1'.repeat(64)}` };
}

const forbidden = (): Error => Object.assign(new Error('forbidden'), { name: 'ForbiddenError' });

export const roleActions: Readonly<Record<string, Readonly<Record<string, Action>>>> = {
  'deployment-automation': {
    'read an Application': (client, { namespace }) => readApplication(client, namespace, 'shop'),
    'refresh an Application': (client, { namespace }) => requestRefresh(client, namespace, 'shop'),
    'read a Canary': (client, { namespace }) => readCanary(client, namespace, 'shop'),
    'read a Deployment and its pods': (client, { namespace }) =>
      readWorkload(client, namespace, {
        service: 'broken',
        deployment: 'broken',
        image: unpullable.replace(/:[^:/]+$/, ''),
      }),
    async 'override what Git says of an image'(client, cluster) {
      const application = createBreakGlassCluster(client, { namespace: cluster.namespace, name: 'shop' });
      await application.overrideImages([pinIn(cluster)]);
      await application.removeOverrides([pinIn(cluster)]);
    },
    'set the image of a Deployment': (client, cluster) =>
      createBreakGlassCluster(client, { namespace: cluster.namespace, name: 'shop' }).setImage(pinIn(cluster)),
    async 'ask a service'(client, { namespace }) {
      const locate = (name: string) => ({ namespace, name, port: 80 });
      const { status } = await createKubernetesServiceProbe(client, locate).get('web', '/echo?msg=hello', 5_000);
      if (status === 403) throw forbidden();
    },
  },
  'certificate-checks': {
    async 'read each certificate and its Secret'(client, { namespace }) {
      const read = createCertificateReader(environmentsIn(namespace), () => client);
      for (const secret of listNames('certificate-checks', 'secrets')) {
        const found = await read({ ...shop, certificate: { name: 'shop', secret } });
        if (JSON.stringify(found).includes('we may not read it')) throw forbidden();
      }
    },
    'follow an issuance': (client, { namespace }) =>
      createCertificateIssuance(environmentsIn(namespace), () => client).read(shop),
  },
  'certificate-renewals': {
    async 'ask cert-manager to issue'(client, { namespace, setStatus }) {
      // Nothing is asked while an issuance is under way.
      await setStatus(certificatePath(namespace), { conditions: [] });
      await createCertificateIssuance(environmentsIn(namespace), () => client).trigger(
        shop,
        '2026-11-23T20:00:00.000Z',
      );
    },
    'restart what serves a certificate': (client, { namespace }) =>
      createCertificateIssuance(environmentsIn(namespace), () => client).restart(
        { ...shop, restart: [...listNames('certificate-renewals', 'deployments')] },
        '2026-11-23T20:00:00.000Z',
      ),
  },
  'backup-jobs': {
    async 'create a Job and read it'(client, { namespace }) {
      const jobs = createKubernetesJobs(() => client);
      const name = `backup-${randomBytes(4).toString('hex')}`;
      const container = { name: 'agent', image: unpullable };
      const spec = { backoffLimit: 0, template: { spec: { restartPolicy: 'Never', containers: [container] } } };
      const manifest = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name, namespace }, spec };
      await jobs.create({ cluster: 'test', namespace, manifest });
      await jobs.read({ cluster: 'test', namespace, name });
    },
  },
  recovery: {
    async 'run a Job of a drill, read it and remove it'(client, { namespace }) {
      const jobs = createKubernetesJobs(() => client);
      const name = `drill-${randomBytes(4).toString('hex')}`;
      const labels = { [drillLabel]: 'test' };
      const container = { name: 'agent', image: unpullable };
      const template = { metadata: { labels }, spec: { restartPolicy: 'Never', containers: [container] } };
      const manifest = {
        ...{ apiVersion: 'batch/v1', kind: 'Job', metadata: { name, namespace, labels } },
        spec: { backoffLimit: 0, template },
      };
      await jobs.create({ cluster: 'test', namespace, manifest });
      await jobs.read({ cluster: 'test', namespace, name });
      await removeDrillJobs(client, namespace);
    },
    'read the Application of what moves': (client, { namespace }) => readApplication(client, namespace, 'shop'),
    async 'remove a Job that is in the way'(client, { namespace, collectGarbage }) {
      const jobs = createKubernetesJobs(() => async (request) => {
        const answer = await client(request);
        if (request.method === 'DELETE' && answer.status < 300) await collectGarbage(request.path.replace(/\?.*/, ''));
        return answer;
      });
      const name = `restore-${randomBytes(4).toString('hex')}`;
      const container = { name: 'agent', image: unpullable };
      const spec = { backoffLimit: 0, template: { spec: { restartPolicy: 'Never', containers: [container] } } };
      const manifest = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name, namespace }, spec };
      await jobs.create({ cluster: 'test', namespace, manifest });
      await jobs.remove({ cluster: 'test', namespace, name });
      const { status } = await jobs.read({ cluster: 'test', namespace, name });
      if (status !== 'missing') throw new Error(`the removed Job is ${status}`);
    },
    async 'ask a service before its users are led to it'(client, { namespace }) {
      const locate = (name: string) => ({ namespace, name, port: 80 });
      const { status } = await createKubernetesServiceProbe(client, locate).get('web', '/echo?msg=hello', 5_000);
      if (status === 403) throw forbidden();
    },
  },
  // In a real cluster both are bound within namespaces only.
  'configuration-backup': {
    async 'list what a backup of the configuration holds'(client, { namespace }) {
      for (const resource of backedUpResources) await listCollection(client, pathOf(resource, namespace));
    },
  },
  'configuration-backup-applications': {
    'list the Applications': (client, { namespace }) =>
      listCollection(client, `/apis/argoproj.io/v1alpha1/namespaces/${namespace}/applications`),
  },
};

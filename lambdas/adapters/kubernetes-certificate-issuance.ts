// Asks cert-manager to issue, reads how far it is, and restarts what serves a certificate.
import * as z from 'zod/mini';
import type { CertificateEndpoint } from '../../config/certificates-schema.ts';
import type { Configuration } from '../../config/schema.ts';
import { AppError } from '../../core/app-error.ts';
import type { Issuance } from '../../core/certificates/diagnose-issuance.ts';
import type { KubernetesClient, KubernetesRequest } from './kubernetes-client.ts';
import { parseKubernetesAnswer } from './parse-kubernetes-answer.ts';

const conditionSchema = z.looseObject({
  type: z.string(),
  status: z.string(),
  reason: z.optional(z.string()),
  message: z.optional(z.string()),
  lastTransitionTime: z.optional(z.string()),
});
const metadataSchema = z.looseObject({
  name: z.string(),
  uid: z.optional(z.string()),
  resourceVersion: z.optional(z.string()),
  generation: z.optional(z.number()),
  creationTimestamp: z.optional(z.string()),
  ownerReferences: z.optional(z.array(z.looseObject({ uid: z.string() }))),
});
const statusSchema = z.optional(
  z.looseObject({
    conditions: z.optional(z.array(conditionSchema)),
    lastFailureTime: z.optional(z.string()),
    revision: z.optional(z.number()),
    state: z.optional(z.string()),
    reason: z.optional(z.string()),
  }),
);
const objectSchema = z.looseObject({
  metadata: metadataSchema,
  spec: z.optional(z.looseObject({ dnsName: z.optional(z.string()), type: z.optional(z.string()) })),
  status: statusSchema,
});
const listSchema = z.looseObject({ items: z.array(objectSchema) });
type KubernetesItem = z.infer<typeof objectSchema>;

export interface CertificateIssuance {
  read(endpoint: CertificateEndpoint): Promise<Issuance>;
  /**
   * Sets the condition by which `cmctl renew` asks; false when an issuance is under way already, or one has come since `revision`: an
   * earlier try of ours asked for it. @see https://cert-manager.io/docs/reference/cmctl/#renew
   */
  trigger(endpoint: CertificateEndpoint, at: string, revision?: number): Promise<boolean>;
  /** As `kubectl rollout restart` and Argo CD's own restart action do it. */
  restart(endpoint: CertificateEndpoint, at: string): Promise<string[]>;
}

/** Another writer of the status may come between; then it is read again. */
const maximumRaces = 5;

export function createCertificateIssuance(
  environments: Configuration['environments'],
  clusterOf: (cluster: string) => KubernetesClient,
): CertificateIssuance {
  const open = ({ environment, certificate }: CertificateEndpoint) => {
    const target = environments[environment];
    if (target === undefined || certificate === undefined)
      throw new AppError('InvalidInputError', 'nothing in a cluster renews it: its configuration names no certificate');
    const { name, namespace = target.namespace } = certificate;
    return {
      client: clusterOf(target.cluster),
      namespace,
      certificatePath: `/apis/cert-manager.io/v1/namespaces/${namespace}/certificates/${name}`,
    };
  };

  return {
    async read(endpoint) {
      const { client, namespace, certificatePath } = open(endpoint);
      const certificate = await ask(client, { method: 'GET', path: certificatePath }, objectSchema);
      const list = async (group: string, resource: string, owners: readonly KubernetesItem[]) => {
        const path = `/apis/${group}/v1/namespaces/${namespace}/${resource}`;
        const { items } = await ask(client, { method: 'GET', path }, listSchema);
        const uids = new Set(owners.map(({ metadata }) => metadata.uid));
        return items.filter(({ metadata }) => metadata.ownerReferences?.some(({ uid }) => uids.has(uid)) === true);
      };
      const requests = await list('cert-manager.io', 'certificaterequests', [certificate]);
      const newest = requests.toSorted((a, b) => createdAt(b).localeCompare(createdAt(a))).slice(0, 1);
      const orders = await list('acme.cert-manager.io', 'orders', newest);
      const challenges = await list('acme.cert-manager.io', 'challenges', orders);
      return {
        conditions: certificate.status?.conditions ?? [],
        lastFailureTime: certificate.status?.lastFailureTime,
        request: newest[0]?.status?.conditions ?? [],
        orders: orders.map(({ status }) => ({ state: status?.state ?? '', reason: status?.reason ?? '' })),
        challenges: challenges.map(({ spec, status }) => ({
          name: spec?.dnsName ?? '',
          type: spec?.type ?? '',
          state: status?.state ?? '',
          reason: status?.reason ?? '',
        })),
      };
    },

    async trigger(endpoint, at, revision = Number.POSITIVE_INFINITY) {
      const { client, certificatePath } = open(endpoint);
      for (let race = 0; race < maximumRaces; race += 1) {
        const { metadata, status } = await ask(client, { method: 'GET', path: certificatePath }, objectSchema);
        const conditions = status?.conditions ?? [];
        const isUnderWay = conditions.some(({ type, status: value }) => type === 'Issuing' && value === 'True');
        if (isUnderWay || (status?.revision ?? 0) > revision) return false;
        const issuing = {
          type: 'Issuing',
          status: 'True',
          reason: 'ManuallyTriggered',
          message: 'Certificate re-issuance manually triggered',
          lastTransitionTime: toSeconds(at),
          ...(metadata.generation === undefined ? {} : { observedGeneration: metadata.generation }),
        };
        const body = {
          // Refused when somebody else has written the status meanwhile: a merge patch replaces the whole list.
          metadata: { resourceVersion: metadata.resourceVersion },
          status: { conditions: [...conditions.filter(({ type }) => type !== 'Issuing'), issuing] },
        };
        const answer = await client({ ...mergePatch(`${certificatePath}/status`, body) });
        if (answer.status === 409) continue;
        expectSuccess(answer.status);
        return true;
      }
      throw new AppError('ThrottledError', 'the status of the Certificate is written by somebody else all the time');
    },

    async restart(endpoint, at) {
      const { client, namespace } = open(endpoint);
      for (const deployment of endpoint.restart) {
        const annotations = { 'kubectl.kubernetes.io/restartedAt': toSeconds(at) };
        const body = { spec: { template: { metadata: { annotations } } } };
        const { status } = await client(
          mergePatch(`/apis/apps/v1/namespaces/${namespace}/deployments/${deployment}`, body),
        );
        expectSuccess(status);
      }
      return [...endpoint.restart];
    },
  };
}

async function ask<Schema extends z.ZodMiniType>(
  client: KubernetesClient,
  request: KubernetesRequest,
  schema: Schema,
): Promise<z.output<Schema>> {
  const { status, body } = await client(request);
  expectSuccess(status);
  return parseKubernetesAnswer(schema, body);
}

function expectSuccess(status: number): void {
  if (status === 404)
    throw new AppError('NotFoundError', 'the Certificate or what serves it does not exist in the cluster');
  if (status === 401 || status === 403)
    throw new AppError('ForbiddenError', 'we may not do that: see gitops/platform/automation-access.yaml');
  if (status < 200 || status > 299) throw new AppError('UpstreamUnavailableError', `the cluster answered ${status}`);
}

function mergePatch(path: string, body: object): KubernetesRequest {
  return { method: 'PATCH', path, body: JSON.stringify(body), contentType: 'application/merge-patch+json' };
}

function createdAt({ metadata }: KubernetesItem): string {
  return metadata.creationTimestamp ?? '';
}

function toSeconds(at: string): string {
  return at.replace(/\.\d+Z$/, 'Z');
}

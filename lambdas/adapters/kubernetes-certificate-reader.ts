// Reads a Certificate of cert-manager and what its Secret holds. Of the Secret only the certificates are looked at, never the key.
import * as z from 'zod/mini';
import type { CertificateEndpoint } from '../../config/certificates-schema.ts';
import type { Configuration } from '../../config/schema.ts';
import { AppError } from '../../core/app-error.ts';
import type { ClusterCertificate } from '../../core/certificates/check-certificate.ts';
import { parseCertificate, parseFirstCertificate, splitPem } from '../../core/certificates/parse-certificate.ts';
import type { KubernetesClient } from './kubernetes-client.ts';
import { parseKubernetesAnswer } from './parse-kubernetes-answer.ts';

/** @see https://cert-manager.io/docs/reference/api-docs/#cert-manager.io/v1.CertificateStatus */
const certificateSchema = z.object({
  status: z.optional(
    z.object({
      revision: z.optional(z.number()),
      conditions: z.optional(
        z.array(z.object({ type: z.string(), status: z.string(), message: z.optional(z.string()) })),
      ),
    }),
  ),
});
const secretSchema = z.object({
  data: z.optional(z.object({ 'tls.crt': z.optional(z.string()), 'ca.crt': z.optional(z.string()) })),
});

/** What cannot be read there is a problem of the certificate, not of the check: the name is still asked. */
export function createCertificateReader(
  environments: Configuration['environments'],
  clusterOf: (cluster: string) => KubernetesClient,
): (endpoint: CertificateEndpoint) => Promise<ClusterCertificate | undefined> {
  return async ({ environment, certificate }) => {
    const target = environments[environment];
    if (certificate === undefined || target === undefined) return undefined;
    const { name, namespace = target.namespace, secret = name } = certificate;
    const client = clusterOf(target.cluster);
    try {
      const [managed, stored] = await Promise.all([
        get(client, `/apis/cert-manager.io/v1/namespaces/${namespace}/certificates/${name}`, certificateSchema),
        get(client, `/api/v1/namespaces/${namespace}/secrets/${secret}`, secretSchema),
      ]);
      const { 'tls.crt': served = '', 'ca.crt': authorities = '' } = stored.data ?? {};
      return {
        managed: { ...describeManaged(managed.status?.conditions ?? []), revision: managed.status?.revision },
        secret: parseFirstCertificate(decode(served)),
        authorities: splitPem(decode(authorities)).map(parseCertificate),
      };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const words = `${namespace}/${name} in cluster ${target.cluster}: ${error.message}`;
      return { managed: undefined, secret: { kind: 'secret-unreadable', words }, authorities: [] };
    }
  };
}

function describeManaged(conditions: readonly { type: string; status: string; message?: string | undefined }[]) {
  const find = (type: string) => conditions.find((condition) => condition.type === type);
  const ready = find('Ready');
  const issuing = find('Issuing');
  return {
    ready: ready === undefined ? undefined : ready.status === 'True',
    // While it is Ready only an issuance that does not get on is worth a word.
    message: issuing?.message ?? (ready?.status === 'True' ? undefined : ready?.message),
  };
}

async function get<Schema extends z.ZodMiniType>(
  client: KubernetesClient,
  path: string,
  schema: Schema,
): Promise<z.output<Schema>> {
  const { status, body } = await client({ method: 'GET', path });
  if (status === 404) throw new AppError('NotFoundError', 'it does not exist there');
  if (status === 401 || status === 403)
    throw new AppError('ForbiddenError', 'we may not read it: see gitops/platform/automation-access.yaml');
  if (status !== 200) throw new AppError('UpstreamUnavailableError', `the cluster answered ${status}`);
  return parseKubernetesAnswer(schema, body);
}

function decode(base64: string): string {
  return Buffer.from(base64, 'base64').toString('latin1');
}

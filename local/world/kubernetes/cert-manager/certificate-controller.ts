// Certificates: issued when their Secret is missing, renewed in time or when asked to, held back after a failure.
// https://cert-manager.io/docs/usage/certificate/
import { X509Certificate } from 'node:crypto';
import { parseDurationSeconds } from '../argocd/parse-duration.ts';
import { findCondition, withCondition } from '../controllers/conditions.ts';
import {
  type ControllerContext,
  type ControllerQueue,
  keyOf,
  listOwnerKeys,
  startController,
} from '../controllers/controller.ts';
import { recordEvent } from '../controllers/record-event.ts';
import { secrets } from '../resources/built-in-types.ts';
import { buildControllerReference, type Condition, formatTime } from '../resources/kubernetes-object.ts';
import {
  annotation,
  type Certificate,
  type CertificateRequest,
  decode,
  encode,
  findTypes,
  type TlsSecret,
} from './resources.ts';
import { createKey, createRequest } from './x509.ts';

const component = 'cert-manager-certificates';
const hour = 3_600_000;
/** The wait after a failed issuance: an hour, doubled by each further one. */
const longestBackOffMilliseconds = 32 * hour;

export function startCertificateController(context: ControllerContext): void {
  const { registry } = context;
  const { certificates } = findTypes(registry);
  startController(context, {
    name: component,
    type: certificates,
    relate: (change) => {
      if (change.resource === '/secrets') {
        const { namespace, name } = change.object.metadata;
        const using = registry.list<Certificate>(certificates, namespace);
        return using.filter(({ spec }) => spec.secretName === name).map(keyOf);
      }
      return listOwnerKeys(change, 'cert-manager.io/certificaterequests', 'Certificate');
    },
    reconcile: async ({ namespace, name }, queue) => {
      const certificate = registry.find<Certificate>(certificates, namespace, name);
      if (certificate === undefined || certificate.metadata.deletionTimestamp) return;
      const issuing = findCondition(certificate.status?.conditions, 'Issuing');
      if (issuing?.status === 'True') await issue(context, certificate);
      else await trigger(context, certificate, queue);
    },
  });
}

/** Says how the certificate stands, and begins an issuance when one is due. */
async function trigger(context: ControllerContext, certificate: Certificate, queue: ControllerQueue): Promise<void> {
  const { clock } = context;
  const now = clock.now();
  const { status = {} } = certificate;
  const held = readSecret(context, certificate);
  const renewalAt = held && held.validFromDate.getTime() + renewalMilliseconds(certificate, held);
  const due =
    held === undefined
      ? { reason: 'DoesNotExist', message: 'Issuing certificate as Secret does not exist' }
      : renewalAt !== undefined && now >= renewalAt
        ? { reason: 'Renewing', message: `Renewing certificate as renewal was scheduled at ${formatTime(renewalAt)}` }
        : undefined;
  const retryAt = findRetryAt(status);
  const ready = describeReadiness(held, now);
  const begins = due !== undefined && now >= retryAt;
  writeStatus(context, certificate, (current) => ({
    ...current,
    ...(held === undefined || renewalAt === undefined
      ? {}
      : {
          notBefore: formatTime(held.validFromDate.getTime()),
          notAfter: formatTime(held.validToDate.getTime()),
          renewalTime: formatTime(renewalAt),
        }),
    conditions: [ready, ...(begins ? [{ type: 'Issuing', status: 'True' as const, ...due }] : [])].reduce<Condition[]>(
      (all, condition) => withCondition(all, condition, context.registry.now()),
      current.conditions ?? [],
    ),
  }));
  if (begins) {
    recordEvent(context.registry, certificate, { reason: 'Issuing', message: due.message, component });
    return;
  }
  const wakeAt = due === undefined ? renewalAt : retryAt;
  if (wakeAt !== undefined) queue.addAt(keyOf(certificate), wakeAt);
  // A certificate that runs out while its renewal is held back is not ready any more.
  if (held !== undefined && held.validToDate.getTime() > now)
    queue.addAt(keyOf(certificate), Math.min(wakeAt ?? Number.POSITIVE_INFINITY, held.validToDate.getTime() + 1_000));
}

/** One step of an issuance that is under way: a key, a request, and what becomes of it. */
async function issue(context: ControllerContext, certificate: Certificate): Promise<void> {
  const { registry } = context;
  const { requests } = findTypes(registry);
  const { namespace = '', name } = certificate.metadata;
  const revision = (certificate.status?.revision ?? 0) + 1;
  const requestName = `${name}-${revision}`;
  const request = registry.find<CertificateRequest>(requests, namespace, requestName);
  const outcome = findCondition(request?.status?.conditions, 'Ready');
  const issuingSince = findCondition(certificate.status?.conditions, 'Issuing')?.lastTransitionTime ?? '';
  const isOfAnEarlierTry = request?.status?.failureTime !== undefined && request.status.failureTime < issuingSince;
  if (request === undefined || isOfAnEarlierTry) {
    if (request !== undefined) registry.delete(requests, namespace, requestName);
    await createCertificateRequest(context, certificate, requestName, revision);
    return;
  }
  if (outcome?.status === 'True') await storeIssued(context, certificate, request, revision);
  else if (outcome?.reason === 'Failed' || outcome?.reason === 'Denied') fail(context, certificate, outcome);
}

async function createCertificateRequest(
  { registry }: ControllerContext,
  certificate: Certificate,
  requestName: string,
  revision: number,
): Promise<void> {
  const { namespace = '', name } = certificate.metadata;
  const { spec } = certificate;
  const kept =
    spec.privateKey?.rotationPolicy === 'Never' ? findSecret(registry, namespace, spec.secretName) : undefined;
  const key = kept?.data?.['tls.key'] === undefined ? await createKey(spec.privateKey) : decode(kept.data['tls.key']);
  const keySecret = `${name}-${revision}-key`;
  const stored = { type: 'Opaque', data: { 'tls.key': encode(key) } };
  if (findSecret(registry, namespace, keySecret) === undefined)
    registry.create(secrets, {
      metadata: { name: keySecret, namespace, ownerReferences: [buildControllerReference(certificate)] },
      ...stored,
    });
  else registry.update<TlsSecret>(secrets, namespace, keySecret, (current) => ({ ...current, ...stored }));
  const request = await createRequest(key, {
    commonName: spec.commonName,
    dnsNames: spec.dnsNames ?? [],
    ipAddresses: spec.ipAddresses ?? [],
  });
  registry.create(findTypes(registry).requests, {
    metadata: {
      name: requestName,
      namespace,
      annotations: {
        [annotation.certificateName]: name,
        [annotation.revision]: String(revision),
        [annotation.privateKeySecret]: keySecret,
      },
      ownerReferences: [buildControllerReference(certificate)],
    },
    spec: {
      request: encode(request),
      issuerRef: spec.issuerRef,
      ...(spec.duration === undefined ? {} : { duration: spec.duration }),
      ...(spec.isCA === true ? { isCA: true } : {}),
      usages: ['digital signature', 'key encipherment'],
    },
  });
}

async function storeIssued(
  context: ControllerContext,
  certificate: Certificate,
  request: CertificateRequest,
  revision: number,
): Promise<void> {
  const { registry } = context;
  const { namespace = '', name } = certificate.metadata;
  const { secretName, issuerRef } = certificate.spec;
  const keySecret = String(request.metadata.annotations?.[annotation.privateKeySecret]);
  const key = findSecret(registry, namespace, keySecret)?.data?.['tls.key'] ?? '';
  const content = {
    type: 'kubernetes.io/tls',
    data: {
      'tls.crt': request.status?.certificate ?? '',
      'tls.key': key,
      ...(request.status?.ca === undefined ? {} : { 'ca.crt': request.status.ca }),
    },
  };
  const annotations = {
    [annotation.certificateName]: name,
    'cert-manager.io/issuer-name': issuerRef.name,
    'cert-manager.io/issuer-kind': issuerRef.kind ?? 'Issuer',
  };
  if (findSecret(registry, namespace, secretName) === undefined)
    registry.create(secrets, { metadata: { name: secretName, namespace, annotations }, ...content });
  else
    registry.update<TlsSecret>(secrets, namespace, secretName, (current) => ({
      ...current,
      metadata: { ...current.metadata, annotations: { ...current.metadata.annotations, ...annotations } },
      ...content,
    }));
  writeStatus(context, certificate, ({ lastFailureTime: _, failedIssuanceAttempts: __, ...current }) => ({
    ...current,
    revision,
    conditions: (current.conditions ?? []).filter(({ type }) => type !== 'Issuing'),
  }));
  if (findSecret(registry, namespace, keySecret) !== undefined) registry.delete(secrets, namespace, keySecret);
  forgetOldRequests(context, certificate, request.metadata.name);
  const message = 'The certificate has been successfully issued';
  recordEvent(registry, certificate, { reason: 'Issuing', message, component });
  trace(context, 'certificate-issued', certificate, { revision, issuer: issuerRef.name });
}

/** `revisionHistoryLimit` is 1: the request of the certificate that is in use stays. */
function forgetOldRequests({ registry }: ControllerContext, { metadata }: Certificate, current: string): void {
  const { requests } = findTypes(registry);
  for (const { metadata: old } of registry.list<CertificateRequest>(requests, metadata.namespace)) {
    if (old.annotations?.[annotation.certificateName] === metadata.name && old.name !== current)
      registry.delete(requests, old.namespace, old.name);
  }
}

function fail(context: ControllerContext, certificate: Certificate, { message = '' }: Condition): void {
  const { registry } = context;
  const now = registry.now();
  const words = `The certificate request has failed to complete and will be retried: ${message}`;
  writeStatus(context, certificate, (current) => ({
    ...current,
    lastFailureTime: now,
    failedIssuanceAttempts: (current.failedIssuanceAttempts ?? 0) + 1,
    conditions: withCondition(
      current.conditions,
      { type: 'Issuing', status: 'False', reason: 'Failed', message: words },
      now,
    ),
  }));
  recordEvent(registry, certificate, { type: 'Warning', reason: 'Failed', message: words, component });
  trace(context, 'issuance-failed', certificate, { message });
}

/** The certificate in the Secret; undefined when there is none that can be read. */
function readSecret({ registry }: ControllerContext, { metadata, spec }: Certificate): X509Certificate | undefined {
  const pem = findSecret(registry, metadata.namespace ?? '', spec.secretName)?.data?.['tls.crt'];
  try {
    return pem === undefined ? undefined : new X509Certificate(decode(pem));
  } catch {
    return undefined;
  }
}

function findSecret(registry: ControllerContext['registry'], namespace: string, name: string): TlsSecret | undefined {
  return registry.find<TlsSecret>(secrets, namespace, name);
}

/** After its beginning: at two thirds of the lifetime, or `renewBefore` its end. */
function renewalMilliseconds({ spec }: Certificate, { validFromDate, validToDate }: X509Certificate): number {
  const lifetime = validToDate.getTime() - validFromDate.getTime();
  return spec.renewBefore === undefined
    ? (lifetime * 2) / 3
    : lifetime - parseDurationSeconds(spec.renewBefore) * 1_000;
}

function findRetryAt({ lastFailureTime, failedIssuanceAttempts = 1 }: NonNullable<Certificate['status']>): number {
  if (lastFailureTime === undefined) return 0;
  const wait = Math.min(hour * 2 ** (failedIssuanceAttempts - 1), longestBackOffMilliseconds);
  return Date.parse(lastFailureTime) + wait;
}

function describeReadiness(held: X509Certificate | undefined, now: number): Condition {
  if (held === undefined)
    return {
      type: 'Ready',
      status: 'False',
      reason: 'DoesNotExist',
      message: 'Issuing certificate as Secret does not exist',
    };
  if (held.validToDate.getTime() <= now) {
    const message = `Certificate expired on ${formatTime(held.validToDate.getTime())}`;
    return { type: 'Ready', status: 'False', reason: 'Expired', message };
  }
  const message = 'Certificate is up to date and has not expired';
  return { type: 'Ready', status: 'True', reason: 'Ready', message };
}

type Status = NonNullable<Certificate['status']>;

function writeStatus(
  { registry }: ControllerContext,
  { metadata }: Certificate,
  change: (status: Status) => Status,
): void {
  registry.update<Certificate>(
    findTypes(registry).certificates,
    metadata.namespace,
    metadata.name,
    (current) => {
      current.status = change(current.status ?? {});
    },
    { subresource: 'status' },
  );
}

function trace(
  { trace: to, cluster }: ControllerContext,
  name: string,
  { metadata }: Certificate,
  details: Record<string, unknown>,
): void {
  to.record({ service: 'cert-manager', name, subject: `${cluster}/${metadata.namespace}/${metadata.name}`, details });
}

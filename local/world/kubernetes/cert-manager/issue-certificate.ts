// An issuance that is under way: a key and a request, then the Secret with what was issued, or why nothing was.
import { findCondition, withCondition } from '../controllers/conditions.ts';
import type { ControllerContext } from '../controllers/controller.ts';
import { recordEvent } from '../controllers/record-event.ts';
import { secrets } from '../resources/built-in-types.ts';
import { buildControllerReference, type Condition } from '../resources/kubernetes-object.ts';
import { component, findSecret, trace, writeStatus } from './certificate-status.ts';
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

/** One step of an issuance that is under way: a key, a request, and what becomes of it. */
export async function issueCertificate(context: ControllerContext, certificate: Certificate): Promise<void> {
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

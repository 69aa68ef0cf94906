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
import { type Condition, formatTime } from '../resources/kubernetes-object.ts';
import { component, findSecret, writeStatus } from './certificate-status.ts';
import { issueCertificate } from './issue-certificate.ts';
import { type Certificate, decode, findTypes } from './resources.ts';

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
      if (issuing?.status === 'True') await issueCertificate(context, certificate);
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

/** The certificate in the Secret; undefined when there is none that can be read. */
function readSecret({ registry }: ControllerContext, { metadata, spec }: Certificate): X509Certificate | undefined {
  const pem = findSecret(registry, metadata.namespace ?? '', spec.secretName)?.data?.['tls.crt'];
  try {
    return pem === undefined ? undefined : new X509Certificate(decode(pem));
  } catch {
    return undefined;
  }
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

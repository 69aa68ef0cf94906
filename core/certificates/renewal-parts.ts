// What the steps of a renewal share: the world as they see it, what they remember, and how they tell.
import type { CertificateEndpoint, CertificatesConfiguration } from '../../config/certificates-schema.ts';
import { certificateSource } from '../../contracts/events/certificate.ts';
import type {
  CertificateRenewalDetail,
  CertificateRenewalEventType,
} from '../../contracts/events/certificate-renewal.ts';
import type { Renewal, RenewalEnd } from '../../contracts/workflows/renew-certificate.ts';
import { AppError } from '../app-error.ts';
import type { EventPublisher } from '../ingress/receive-delivery.ts';
import type { CertificateSources } from './check-certificate.ts';
import type { Issuance } from './diagnose-issuance.ts';
import { fingerprintOf, parseCertificate } from './parse-certificate.ts';
import { getEndpoint } from './plan-renewal.ts';
import type { RenewalStore } from './renewal-store.ts';

export interface RenewalView {
  readonly settings: CertificatesConfiguration;
  readonly sources: Pick<CertificateSources, 'shakeHands' | 'findInCluster'>;
  readonly issuance: { read(endpoint: CertificateEndpoint): Promise<Issuance> };
}

export interface RenewalMemory {
  readonly settings: CertificatesConfiguration;
  readonly store: RenewalStore;
  readonly publisher: EventPublisher;
  readonly historyDays: number;
}

/** Publishes what has become of it. */
export async function publishRenewal(
  { settings, publisher }: RenewalMemory,
  type: CertificateRenewalEventType,
  { name, renewalId, action, actor, correlationId, causationId }: Renewal,
  {
    occurredAt,
    reason,
    obstacle,
    retryAt,
  }: { readonly occurredAt: string; readonly reason: string } & Pick<RenewalEnd, 'obstacle' | 'retryAt'>,
): Promise<void> {
  const { host, environment, owner, issuer } = getEndpoint(settings, name);
  const detail: CertificateRenewalDetail = {
    metadata: { eventId: `${renewalId}-${type}`, correlationId, causationId, occurredAt, actor },
    renewal: {
      renewalId,
      name,
      host,
      environment,
      owner,
      issuer,
      action,
      ...(obstacle === undefined ? {} : { obstacle }),
      ...(retryAt === undefined ? {} : { retryAt }),
    },
    reason,
  };
  await publisher.publish({ source: certificateSource, detailType: type, detail });
}

/** What each address serves now; no fingerprint where there was no handshake. */
export async function readServed(
  sources: RenewalView['sources'],
  endpoint: CertificateEndpoint,
): Promise<{ readonly address: string; readonly fingerprint: string | undefined }[]> {
  return (await sources.shakeHands(endpoint)).map((handshake) => ({
    address: handshake.address,
    fingerprint: 'chain' in handshake ? readFingerprint(handshake.chain[0]) : undefined,
  }));
}

function readFingerprint(leaf: Uint8Array | undefined): string | undefined {
  try {
    return leaf && fingerprintOf(parseCertificate(leaf));
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}

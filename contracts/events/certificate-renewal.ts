// The events of a certificate's renewal: that one is due, and how one went.
import * as z from 'zod/mini';
import { certificateSource } from './certificate.ts';
import { metadataSchema } from './metadata.ts';

export const certificateRenewalDueType = 'CertificateRenewalDue';
export const certificateRenewalEventTypes = [
  'CertificateRenewalStarted',
  'CertificateRenewed',
  'CertificateRenewalFailed',
] as const;
export type CertificateRenewalEventType = (typeof certificateRenewalEventTypes)[number];

/** What stands in the way of an issuance; each has its section in docs/runbook.md. */
export const renewalObstacles = [
  'rate-limited',
  'dns',
  'challenge',
  'issuer',
  'denied',
  'not-served',
  'unknown',
] as const;
export type RenewalObstacle = (typeof renewalObstacles)[number];

export const certificateRenewalDueSchema = z.object({
  metadata: metadataSchema,
  name: z.string(),
  /** The findings that a renewal can mend. */
  problems: z.array(z.string()),
  reason: z.string(),
});
export type CertificateRenewalDue = z.infer<typeof certificateRenewalDueSchema>;

export const certificateRenewalDetailSchema = z.object({
  metadata: metadataSchema,
  renewal: z.object({
    renewalId: z.string(),
    name: z.string(),
    host: z.string(),
    environment: z.string(),
    owner: z.string(),
    issuer: z.string(),
    action: z.enum(['issue', 'restart']),
    obstacle: z.optional(z.enum(renewalObstacles)),
    /** When the issuer may be asked again. */
    retryAt: z.optional(z.string()),
  }),
  reason: z.string(),
});
export type CertificateRenewalDetail = z.infer<typeof certificateRenewalDetailSchema>;

export const renewalDuePattern = { source: [certificateSource], detailType: [certificateRenewalDueType] };
export const certificateRenewedPattern = { source: [certificateSource], detailType: ['CertificateRenewed'] };
export const renewalNotificationPattern = {
  source: [certificateSource],
  detailType: [...certificateRenewalEventTypes],
};

export const certificateRenewalFailedExample: CertificateRenewalDetail = {
  metadata: {
    eventId: '4f0c-renewal-failed',
    correlationId: 'certificate/api',
    causationId: 'check-certificates-77c1-api-renewal',
    occurredAt: '2026-11-23T06:15:11.020Z',
    actor: 'check-certificates',
  },
  renewal: {
    renewalId: 'check-certificates-77c1-api-renewal',
    name: 'api',
    host: 'api.pyairtable.example',
    environment: 'prod',
    owner: 'platform',
    issuer: 'letsencrypt',
    action: 'issue',
    obstacle: 'rate-limited',
    retryAt: '2026-11-24T16:00:00.000Z',
  },
  reason:
    'the issuer refuses until 2026-11-24T16:00:00.000Z: too many certificates (5) already issued for this exact set of identifiers',
};

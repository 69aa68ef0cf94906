// The events of a certificate: one for each change of what is wrong with it, never one for each check.
import * as z from 'zod/mini';
import { certificateVerdictSchema } from '../certificates.ts';
import { metadataSchema } from './metadata.ts';

export const certificateSource = 'automation.certificate';

export const certificateEventTypes = ['CertificateExpiring', 'CertificateProblem', 'CertificateRecovered'] as const;
export type CertificateEventType = (typeof certificateEventTypes)[number];

export const certificateDetailSchema = z.object({
  metadata: metadataSchema,
  certificate: z.object({
    name: z.string(),
    host: z.string(),
    port: z.number(),
    environment: z.string(),
    owner: z.string(),
    issuer: z.string(),
    verdict: certificateVerdictSchema,
  }),
  /** For a person: what is wrong, the worst first, or that nothing is any more. */
  reason: z.string(),
});
export type CertificateDetail = z.infer<typeof certificateDetailSchema>;

/** All of them, for whoever tells people. */
export const certificatePattern = { source: [certificateSource], detailType: [...certificateEventTypes] };

/** What AWS says of certificates in ACM, on the account's default bus. @see https://docs.aws.amazon.com/acm/latest/userguide/supported-events.html */
export const acmPattern = {
  source: ['aws.acm'],
  detailType: [
    'ACM Certificate Approaching Expiration',
    'ACM Certificate Renewal Action Required',
    'ACM Certificate Available',
  ],
};

export const certificateExpiringExample: CertificateDetail = {
  metadata: {
    eventId: 'check-certificates-77c1-api',
    correlationId: 'certificate/api',
    occurredAt: '2026-11-23T06:00:04.120Z',
    actor: 'check-certificates',
  },
  certificate: {
    name: 'api',
    host: 'api.pyairtable.example',
    port: 443,
    environment: 'prod',
    owner: 'platform',
    issuer: 'letsencrypt',
    verdict: {
      state: 'warning',
      problems: [{ kind: 'expires-soon', words: '198.51.100.7: it expires on 2026-12-22T08:00:00.000Z, in 29 days' }],
      daysLeft: 29,
      addresses: ['198.51.100.7'],
    },
  },
  reason: '198.51.100.7: it expires on 2026-12-22T08:00:00.000Z, in 29 days',
};

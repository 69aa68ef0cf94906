// How certificates were found.
import * as z from 'zod/mini';
import { certificateVerdictSchema } from '../certificates.ts';
import { indexed, keyed, type LedgerKey } from './item.ts';

export const certificateKeys = {
  certificate: (name: string): LedgerKey => ({ pk: `CERTIFICATE#${name}`, sk: 'CERTIFICATE' }),
  certificateCheck: (name: string, checkedAt: string): LedgerKey => ({
    pk: `CERTIFICATE#${name}`,
    sk: `CHECK#${checkedAt}`,
  }),
  certificateReport: (startedAt: string): LedgerKey => ({ pk: 'CERTIFICATE-REPORT', sk: startedAt }),
};

export const certificateKinds = {
  certificate: 'certificate',
};

const checked = {
  name: z.string(),
  checkedAt: z.string(),
  executionArn: z.string(),
  verdict: certificateVerdictSchema,
};

/** How a certificate was found at its last check. */
export const certificateRecord = z.object({
  ...indexed,
  ...checked,
  host: z.string(),
  port: z.number(),
  environment: z.string(),
  owner: z.string(),
  /** As the configuration names it. */
  issuer: z.string(),
  /** A name that is not checked any more, since the configuration lacks it, is forgotten. */
  expiresAt: z.optional(z.number()),
  /** Since when it has just these problems, or none. */
  since: z.string(),
  /** What ACM said of it and has not taken back; it counts while the certificate with this fingerprint is served. */
  acm: z.optional(
    z.object({
      actionRequired: z.boolean(),
      daysLeft: z.optional(z.number()),
      fingerprint: z.optional(z.string()),
    }),
  ),
});
export type CertificateRecord = z.infer<typeof certificateRecord>;

/** One check of one certificate; written once. */
export const certificateCheckRecord = z.object({ ...keyed, ...checked, expiresAt: z.number() });
export type CertificateCheckRecord = z.infer<typeof certificateCheckRecord>;

/** One run of check-certificates: also proves that it ran at all. */
export const certificateReportRecord = z.object({
  ...keyed,
  executionArn: z.string(),
  finishedAt: z.string(),
  valid: z.number(),
  warning: z.number(),
  critical: z.number(),
  /** Names that could not be checked. */
  unchecked: z.number(),
  expiresAt: z.number(),
});
export type CertificateReportRecord = z.infer<typeof certificateReportRecord>;

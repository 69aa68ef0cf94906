// Input of check-certificates and of its tasks.
import * as z from 'zod/mini';

/** What a person asks for; also the form of the console and of `automation certificates check`. */
export const certificateCheckRequestSchema = z.object({
  /** Names of the configuration; all of them when left out. */
  names: z.optional(z.array(z.string()).check(z.minLength(1), z.maxLength(1000))),
});
export type CertificateCheckRequest = z.infer<typeof certificateCheckRequestSchema>;

/** An event of ACM as EventBridge hands it over. */
export const acmEventSchema = z.object({
  'detail-type': z.string(),
  detail: z.object({ CommonName: z.optional(z.string()), DaysToExpiry: z.optional(z.number()) }),
});
export type AcmEvent = z.infer<typeof acmEventSchema>;

/** `CertificateRenewed` as EventBridge hands it over: the name is checked at once. */
export const renewedEventSchema = z.object({
  'detail-type': z.literal('CertificateRenewed'),
  detail: z.object({ renewal: z.object({ name: z.string() }) }),
});
export type RenewedEvent = z.infer<typeof renewedEventSchema>;

/** One name to check. */
export const plannedCheckSchema = z.object({
  name: z.string(),
  /** What ACM has just said of it: `none` takes back what it said before. */
  acm: z.optional(
    z.object({
      notice: z.enum(['expires-soon', 'action-required', 'none']),
      daysLeft: z.optional(z.number()),
    }),
  ),
});
export type PlannedCheck = z.infer<typeof plannedCheckSchema>;

export const listCertificatesTask = {
  input: z.object({
    request: z.optional(certificateCheckRequestSchema),
    event: z.optional(z.union([renewedEventSchema, acmEventSchema])),
  }),
  output: z.object({
    batches: z.array(z.object({ checks: z.array(plannedCheckSchema) })),
    /** How many batches may run at the same time. */
    concurrency: z.number(),
  }),
};

export const checkCertificatesTask = {
  input: z.object({
    checks: z.array(plannedCheckSchema),
    executionArn: z.string(),
    /** The time at which they are judged, by the workflow's clock. */
    checkedAt: z.string(),
  }),
  output: z.object({ valid: z.number(), warning: z.number(), critical: z.number(), unchecked: z.number() }),
};

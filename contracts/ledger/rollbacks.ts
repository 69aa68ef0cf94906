// What was taken back, what must not run again, and the incidents behind it.
import * as z from 'zod/mini';
import { indexed, keyed, type LedgerKey } from './item.ts';

export const rollbackKeys = {
  automaticRollbacks: (): LedgerKey => ({ pk: 'ROLLBACKS', sk: 'AUTOMATIC' }),
  incident: (rollbackId: string): LedgerKey => ({ pk: `INCIDENT#${rollbackId}`, sk: 'INCIDENT' }),
  quarantine: (service: string, digest: string): LedgerKey => ({ pk: `QUARANTINE#${service}`, sk: digest }),
};

export const rollbackKinds = {
  quarantine: 'quarantine',
  incident: 'incident',
};

/** A digest that must not run again, until a person lifts it. */
export const quarantineRecord = z.object({
  ...indexed,
  service: z.string(),
  version: z.string(),
  digest: z.string(),
  reason: z.string(),
  quarantinedAt: z.string(),
  rollbackId: z.string(),
  correlationId: z.string(),
});
export type QuarantineRecord = z.infer<typeof quarantineRecord>;

/** The automatic rollbacks of the last 24 hours: one record, so that each limit is held by one conditional write. */
export const automaticRollbacksRecord = z.object({
  ...keyed,
  /** Grows with each write. */
  version: z.number(),
  entries: z.array(
    z.object({
      rollbackId: z.string(),
      environment: z.string(),
      service: z.string(),
      blamedPromotionId: z.string(),
      at: z.string(),
      /** Of the alert behind it, where there was one. */
      fingerprint: z.optional(z.string()),
    }),
  ),
});
export type AutomaticRollbacksRecord = z.infer<typeof automaticRollbacksRecord>;

/** Something went so wrong that a release was taken back, or should have been. */
export const incidentRecord = z.object({
  ...indexed,
  rollbackId: z.string(),
  environment: z.string(),
  services: z.array(z.string()),
  /** The versions that were taken back. */
  from: z.array(z.string()),
  /** Of the rollback; `refused`: it was not tried, because a limit says no. */
  outcome: z.enum(['succeeded', 'failed', 'refused']),
  /** `mitigated`: the harm has stopped, the cause may not have. Absent in what was recorded before this was kept. */
  status: z._default(z.enum(['open', 'mitigated', 'closed']), 'mitigated'),
  reason: z.string(),
  openedAt: z.string(),
  closedAt: z.optional(z.string()),
  closedBy: z.optional(z.string()),
  closedBecause: z.optional(z.string()),
  issueUrl: z.optional(z.string()),
  correlationId: z.string(),
  causationId: z.string(),
});
export type IncidentRecord = z.infer<typeof incidentRecord>;

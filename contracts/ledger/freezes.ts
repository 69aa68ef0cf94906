// Freezes that people add, and overrides of gates that they agree to. Neither can say anything about a rollback.
import * as z from 'zod/mini';
import { indexed, type LedgerKey } from './item.ts';

export const freezeKeys = {
  freeze: (freezeId: string): LedgerKey => ({ pk: `FREEZE#${freezeId}`, sk: 'FREEZE' }),
  /** Sorted by their end, so that those that are over are not read. */
  gateOverride: (environment: string, validUntil: string, approvalId: string): LedgerKey => ({
    pk: `OVERRIDE#${environment}`,
    sk: `${validUntil}#${approvalId}`,
  }),
};

export const freezeKinds = { freeze: 'freeze', gateOverride: 'gate-override' };

/** Nothing moves forward in its scope from `from` until `until`, or until somebody lifts it. */
export const freezeRecord = z.object({
  ...indexed,
  freezeId: z.string(),
  name: z.string(),
  reason: z.string(),
  /** Absent: all. */
  environments: z.optional(z.array(z.string())),
  services: z.optional(z.array(z.string())),
  from: z.string(),
  until: z.optional(z.string()),
  addedBy: z.string(),
  addedAt: z.string(),
});
export type FreezeRecord = z.infer<typeof freezeRecord>;

/** Counts only together with its approval, which is bound to just this. */
export const gateOverrideRecord = z.object({
  ...indexed,
  approvalId: z.string(),
  environment: z.string(),
  service: z.string(),
  gates: z.array(z.string()),
  reason: z.string(),
  validUntil: z.string(),
  requestedBy: z.string(),
  requestedAt: z.string(),
});
export type GateOverrideRecord = z.infer<typeof gateOverrideRecord>;

// The critical alerts that fire right now.
import * as z from 'zod/mini';
import { indexed, type LedgerKey } from './item.ts';

export const alertKeys = {
  alert: (fingerprint: string): LedgerKey => ({ pk: `ALERT#${fingerprint}`, sk: 'ALERT' }),
};

export const alertKinds = {
  firingAlert: (environment: string): string => `firing-alert#${environment}`,
  resolvedAlert: (environment: string): string => `resolved-alert#${environment}`,
};

/** The last that is known of an alert. What was heard of an older episode never overwrites a newer one. */
export const alertRecord = z.object({
  ...indexed,
  fingerprint: z.string(),
  name: z.string(),
  environment: z.string(),
  service: z.string(),
  status: z.enum(['firing', 'resolved']),
  startsAt: z.string(),
  expiresAt: z.number(),
});
export type AlertRecord = z.infer<typeof alertRecord>;

// Versions of services, and which of them is wanted newest where.
import * as z from 'zod/mini';
import { indexed, keyed, type LedgerKey } from './item.ts';

export const releaseKeys = {
  release: (service: string, version: string): LedgerKey => ({ pk: `RELEASE#${service}`, sk: version }),
  desired: (environment: string, service: string): LedgerKey => ({ pk: `DESIRED#${environment}`, sk: service }),
};

export const releaseKinds = {
  release: (service: string): string => `release#${service}`,
};

/** A version of a service: the digest that was found under its tag first, and that travels through all environments. */
export const releaseRecord = z.object({
  ...indexed,
  service: z.string(),
  version: z.string(),
  image: z.string(),
  digest: z.string(),
  repository: z.string(),
  commit: z.string(),
  recordedAt: z.string(),
  correlationId: z.string(),
});
export type ReleaseRecord = z.infer<typeof releaseRecord>;

/** The newest thing that somebody wants in an environment. It never goes back in time. */
export const desiredRecord = z.object({
  ...keyed,
  promotionId: z.string(),
  version: z.string(),
  commit: z.string(),
  /** The commit that the push moved the branch from: tells the order of pushes within one second. */
  previousCommit: z.optional(z.string()),
  /** When it was pushed or asked for. */
  desiredAt: z.string(),
});
export type DesiredRecord = z.infer<typeof desiredRecord>;

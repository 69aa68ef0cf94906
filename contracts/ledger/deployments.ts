// What runs where, what ran there before, and what is being changed right now.
import * as z from 'zod/mini';
import { indexed, keyed, type LedgerKey } from './item.ts';

export const deploymentKeys = {
  current: (environment: string, service: string): LedgerKey => ({ pk: `CURRENT#${environment}`, sk: service }),
  rollout: (environment: string, service: string): LedgerKey => ({ pk: `ROLLOUT#${environment}`, sk: service }),
  deployment: (environment: string, service: string, startedAt: string, promotionId: string): LedgerKey => ({
    pk: `DEPLOYMENT#${environment}#${service}`,
    sk: `${startedAt}#${promotionId}`,
  }),
};

export const deploymentKinds = {
  current: 'current',
  deployment: (environment: string): string => `deployment#${environment}`,
};

const deployed = {
  environment: z.string(),
  service: z.string(),
  version: z.string(),
  image: z.string(),
  digest: z.string(),
  commit: z.string(),
  /** Commit in the GitOps repository. */
  revision: z.string(),
  promotionId: z.string(),
  executionArn: z.string(),
  actor: z.string(),
  startedAt: z.string(),
  finishedAt: z.string(),
  fencingToken: z.number(),
  correlationId: z.string(),
  causationId: z.string(),
  /** Absent: a promotion. */
  change: z.optional(z.literal('rollback')),
  /** When it reached Git, which is when it can have begun to do harm; absent in what was recorded before this was kept. */
  committedAt: z.optional(z.string()),
};

/** What runs now, by the last promotion that succeeded. */
export const currentRecord = z.object({ ...indexed, ...deployed });
export type CurrentRecord = z.infer<typeof currentRecord>;

/** One attempt to change a service in an environment; written once, never changed. */
export const deploymentRecord = z.object({
  ...indexed,
  ...deployed,
  outcome: z.enum(['succeeded', 'failed']),
  /** Why it failed, for a person. */
  reason: z.optional(z.string()),
  /** The digest that ran before, where we know it: what a rollback would return to. */
  previousDigest: z.optional(z.string()),
});
export type DeploymentRecord = z.infer<typeof deploymentRecord>;

/** The change that was written to Git last: under way until the deployment of the same promotion is recorded. */
export const rolloutRecord = z.object({
  ...keyed,
  environment: z.string(),
  service: z.string(),
  version: z.string(),
  image: z.string(),
  digest: z.string(),
  commit: z.string(),
  promotionId: z.string(),
  correlationId: z.string(),
  change: z.optional(z.literal('rollback')),
  committedAt: z.string(),
  fencingToken: z.number(),
});
export type RolloutRecord = z.infer<typeof rolloutRecord>;

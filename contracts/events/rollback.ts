// The events of a rollback, in the order in which they can happen.
import * as z from 'zod/mini';
import { metadataSchema } from './metadata.ts';

export const rollbackSource = 'automation.rollback';

/**
 * Every decision is told, also the one not to act. `RollbackCircuitOpened`: a limit was reached, from here on people decide.
 * `BreakGlassUsed`: Git cannot be reached, the earlier version is pinned past it; `BreakGlassReconciled`: now Git says the same.
 * `RollbackDidNotHelp`: it was carried out, and the alert goes on.
 */
export const rollbackEventTypes = [
  'RollbackDecided',
  'RollbackCircuitOpened',
  'BreakGlassUsed',
  'BreakGlassReconciled',
  'RollbackSucceeded',
  'RollbackFailed',
  'RollbackDidNotHelp',
] as const;
export type RollbackEventType = (typeof rollbackEventTypes)[number];

export const rollbackDetailSchema = z.object({
  metadata: metadataSchema,
  rollback: z.object({
    rollbackId: z.string(),
    environment: z.string(),
    services: z.array(z.string()),
    /** What is taken back; empty when nothing is. */
    from: z.array(z.string()),
    /** Where to; empty when nothing is done. */
    to: z.array(z.string()),
    executionArn: z.string(),
  }),
  decision: z.object({ outcome: z.enum(['acted', 'suppressed', 'deferred', 'refused']), rule: z.string() }),
  /** Why, for a person; of a success what was done. */
  reason: z.string(),
  /** Of `RollbackCircuitOpened`: `all`, or `<environment>#<service>`. */
  circuit: z.optional(z.string()),
  /** Commit in the GitOps repository, once there is one. */
  revision: z.optional(z.string()),
  /** Where a person can look. */
  url: z.optional(z.string()),
});
export type RollbackDetail = z.infer<typeof rollbackDetailSchema>;

/** All that people are told: of decisions those that are more than "nothing to do". */
export const rollbackNotificationPattern = {
  source: [rollbackSource],
  detail: { decision: { outcome: ['acted', 'deferred', 'refused'] } },
};

/** Something was pinned past Git. */
export const breakGlassPattern = { source: [rollbackSource], detailType: ['BreakGlassUsed'] };

/** An alert has begun to fire. */
export const alertFiringPattern = { source: ['alertmanager'], detailType: ['alert.firing'] };

/** A promotion that reached the cluster and did not become healthy there, or stood at a closed gate with some of the users until its time was over. */
export const unhealthyPromotionPattern = {
  source: ['automation.promotion'],
  detailType: ['PromotionFailed'],
  detail: { failure: { error: ['RolloutFailed', 'SmokeTestsFailed', 'CanaryHeld'] } },
};

export const rollbackSucceededExample: RollbackDetail = {
  metadata: {
    eventId: 'rollback-release-77aa-RollbackSucceeded',
    correlationId: 'pyairtable/pyairtable@6113728f27ae82c7b1a177c8d03f9e96e0adf246',
    causationId: 'alert-9f2c1d0e7a6b5c43-2026-11-23T20:05:10.000Z-firing',
    occurredAt: '2026-11-23T20:05:31.310Z',
    actor: 'alertmanager',
  },
  rollback: {
    rollbackId: 'alert-9f2c1d0e7a6b5c43-2026-11-23T20:05:10.000Z-firing',
    environment: 'dev',
    services: ['api-gateway'],
    from: ['sha-6113728f27ae82c7b1a177c8d03f9e96e0adf246'],
    to: ['sha-0b5f2c9f3a7de41b6c8a9d0e1f2a3b4c5d6e7f80'],
    executionArn: 'arn:aws:states:eu-central-1:111122223333:execution:pyairtable-rollback-release:77aa',
  },
  decision: { outcome: 'acted', rule: 'release-caused-it' },
  reason: 'api-gateway is back and healthy in dev',
  revision: '4f0cc0f5b1a7d2fbd9b3a9a1a7d8f5f3c3a0e9b1',
};

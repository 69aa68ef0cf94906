// The events of a promotion, in the order in which they can happen.
import * as z from 'zod/mini';
import { metadataSchema } from './metadata.ts';

export const promotionSource = 'automation.promotion';

/** Past tense: what has happened to the promotion. `PromotionWaiting`: a gate is closed that opens by itself; told once for each. */
export const promotionEventTypes = [
  'PromotionStarted',
  'PromotionWaiting',
  'PromotionRefused',
  'PromotionSuperseded',
  'PromotionSucceeded',
  'PromotionFailed',
] as const;
export type PromotionEventType = (typeof promotionEventTypes)[number];

export const promotionDetailSchema = z.object({
  metadata: metadataSchema,
  promotion: z.object({
    promotionId: z.string(),
    environment: z.string(),
    services: z.array(z.string()),
    version: z.string(),
    repository: z.string(),
    commit: z.string(),
    executionArn: z.string(),
  }),
  /** Why, for a person; of a success what was done. */
  reason: z.string(),
  /** Of a failure: what failed, by the workflow's own names. */
  failure: z.optional(z.object({ kind: z.enum(['failed', 'errored']), error: z.string() })),
  /** Commit in the GitOps repository, once there is one. */
  revision: z.optional(z.string()),
  /** Where a person can look. */
  url: z.optional(z.string()),
});
export type PromotionDetail = z.infer<typeof promotionDetailSchema>;

/** All of them, for whoever tells people. */
export const promotionPattern = { source: [promotionSource], detailType: [...promotionEventTypes] };

export const promotionSucceededExample: PromotionDetail = {
  metadata: {
    eventId: 'promote-release-0f5c-PromotionSucceeded',
    correlationId: 'pyairtable/pyairtable@6113728f27ae82c7b1a177c8d03f9e96e0adf246',
    causationId: '72d3162e-cc78-11e3-81ab-4c9367dc0958',
    occurredAt: '2026-11-23T20:00:41.310Z',
    actor: 'ada-release',
  },
  promotion: {
    promotionId: '72d3162e-cc78-11e3-81ab-4c9367dc0958',
    environment: 'dev',
    services: ['api-gateway'],
    version: 'sha-6113728f27ae82c7b1a177c8d03f9e96e0adf246',
    repository: 'pyairtable/pyairtable',
    commit: '6113728f27ae82c7b1a177c8d03f9e96e0adf246',
    executionArn: 'arn:aws:states:eu-central-1:111122223333:execution:pyairtable-promote-release:0f5c',
  },
  reason: 'api-gateway is healthy in dev',
  revision: '4f0cc0f5b1a7d2fbd9b3a9a1a7d8f5f3c3a0e9b1',
  url: 'https://github.com/pyairtable/pyairtable-gitops/commit/4f0cc0f5b1a7d2fbd9b3a9a1a7d8f5f3c3a0e9b1',
};

/** It runs there, with its smoke tests passed: what may travel on. */
export function promotionSucceededPattern(environments: string[]) {
  return {
    source: [promotionSource],
    detailType: ['PromotionSucceeded'],
    detail: { promotion: { environment: environments } },
  };
}

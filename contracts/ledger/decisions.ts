// Why something was done, or not.
import * as z from 'zod/mini';
import { indexed, type LedgerKey } from './item.ts';

export const decisionKeys = {
  decision: (promotionId: string, rule: string): LedgerKey => ({ pk: `DECISION#${promotionId}`, sk: rule }),
};

export const decisionKinds = {
  decision: (occurredAt: string): string => `decision#${occurredAt.slice(0, 10)}`,
};

/** What was decided by which rule on which inputs, in words. */
export const decisionRecord = z.object({
  ...indexed,
  promotionId: z.string(),
  rule: z.string(),
  outcome: z.enum(['acted', 'suppressed', 'deferred', 'refused']),
  words: z.string(),
  inputs: z.record(z.string(), z.unknown()),
  occurredAt: z.string(),
  correlationId: z.string(),
  causationId: z.string(),
});
export type DecisionRecord = z.infer<typeof decisionRecord>;

/** Of what has no other record of its own, `promotionId` is any name that is used once. */
export function buildDecisionRecord(
  decider: string,
  decision: Omit<DecisionRecord, 'pk' | 'sk' | 'kind' | 'sortKey'>,
): DecisionRecord {
  const { promotionId, occurredAt } = decision;
  return {
    ...decisionKeys.decision(promotionId, decider),
    kind: decisionKinds.decision(occurredAt),
    sortKey: `${occurredAt}#${promotionId}`,
    ...decision,
  };
}

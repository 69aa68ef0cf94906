// The whole answer to a request for a fail-over: the plan, its hash, and whether it is still the one that was asked for.
import type * as z from 'zod/mini';
import type { Configuration } from '../../config/schema.ts';
import type { FailOverRequest, planFailOverTask } from '../../contracts/workflows/fail-over.ts';
import { findApprovalPolicy } from '../approvals/find-approval-policy.ts';
import { stampOf } from '../backups/name-backup.ts';
import { hashPlan } from '../plans/hash-plan.ts';
import { type FailOverFacts, planFailOver, planMoves } from './plan-fail-over.ts';
import { describeLags, planPromotions } from './plan-promotions.ts';

export type FailOverAnswer = z.infer<typeof planFailOverTask.output>;

/** Refuses when the request names the hash of a plan, and the world has moved since. Changes nothing. */
export function answerFailOverRequest(
  configuration: Configuration,
  request: FailOverRequest,
  facts: FailOverFacts,
  startedAt: string,
): FailOverAnswer {
  const { environment, to, planHash: agreed } = request;
  const common = {
    failOverId: `${environment}.to-${to}.${stampOf(startedAt)}`,
    approvalTimeoutSeconds: findApprovalPolicy(configuration, 'fail-over', environment)?.timeoutSeconds ?? 0,
  };
  const decision = planFailOver(configuration, request, facts);
  if (decision.outcome === 'refused')
    return { ...decision, ...common, planHash: '', moves: [], promotions: [], lags: [] };
  const planHash = hashPlan(decision.plan);
  const answer = {
    ...decision,
    ...common,
    planHash,
    moves: planMoves(configuration, decision.plan, startedAt, facts),
    promotions: planPromotions(configuration, decision.plan, startedAt, facts.replicas),
    lags: describeLags(decision.plan, facts.replicas),
  };
  if (agreed === undefined || agreed === planHash) return answer;
  const reason = `the plan is ${planHash.slice(0, 12)} now, ${agreed.slice(0, 12)} was asked for: look at it again`;
  return { ...answer, outcome: 'refused', reason };
}

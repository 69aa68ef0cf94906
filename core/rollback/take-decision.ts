// Step DecideRollback: from what started it to a decision that is recorded, or with `planOnly` to one that leaves no trace.
import type * as z from 'zod/mini';
import type { Configuration } from '../../config/schema.ts';
import type { decideRollbackTask, RollbackPlan } from '../../contracts/workflows/rollback-release.ts';
import type { GitOpsRepository } from '../promotion/commit-promotion.ts';
import { planChangeInGit } from '../promotion/plan-change-in-git.ts';
import { planRollback } from './plan-rollback.ts';
import { readCause } from './read-cause.ts';
import type { AutomaticRollback } from './rollback-facts.ts';
import type { RollbackPlanningPorts } from './rollback-ports.ts';
import { type RollbackLedger, settleRollback } from './settle-rollback.ts';

export interface DecisionPorts {
  readonly planning: RollbackPlanningPorts;
  readonly ledger: RollbackLedger;
  /** Asked only when somebody says which plan was agreed to. */
  readonly repository: Pick<GitOpsRepository, 'read'>;
}

/** Decides, counts, records and quarantines; asked again after an interruption it comes to the same answer. */
export async function takeDecision(
  configuration: Configuration,
  { planning, ledger, repository }: DecisionPorts,
  { event, request, rollbackId, executionArn, startedAt, planOnly }: z.infer<typeof decideRollbackTask.input>,
): Promise<RollbackPlan> {
  const cause = readCause(configuration, { event, request }, rollbackId);
  const context = { promotionId: rollbackId, executionArn, startedAt };
  const plan = async (automatic: () => Promise<readonly AutomaticRollback[]>) =>
    await refuseMoved(await planRollback(configuration, planning, cause, automatic, context));
  if (planOnly === true) return await plan(async () => (await ledger.findAutomaticRollbacks())?.entries ?? []);
  return await settleRollback(ledger, plan, {
    isAutomatic: cause.automatic !== undefined,
    fingerprint: cause.automatic?.kind === 'alert' ? cause.automatic.fingerprint : undefined,
    now: startedAt,
  });

  /** Before anything is quarantined; the commit itself refuses a plan that moves after this. */
  async function refuseMoved(settled: RollbackPlan): Promise<RollbackPlan> {
    const expected = request?.planHash;
    if (expected === undefined || settled.outcome !== 'acted') return settled;
    const { promotion, services } = settled;
    const { planHash } = await planChangeInGit(configuration, repository, promotion, services);
    if (planHash === expected) return settled;
    const reason = `the world moved: the plan is ${planHash.slice(0, 12)} now, ${expected.slice(0, 12)} was agreed to; look at it with --plan`;
    return { ...settled, outcome: 'refused', rule: 'plan-agreed-to', reason, services: [], blamed: [] };
  }
}

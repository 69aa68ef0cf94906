// Where a promotion stands: what it would change, whether it is still what was agreed to, and what the gates say.

import type * as z from 'zod/mini';
import type { Configuration } from '../../config/schema.ts';
import type { evaluateGatesTask } from '../../contracts/workflows/gate-verdicts.ts';
import type { BuildResult, ResolvedService } from '../../contracts/workflows/promotion.ts';
import { findApprovalPolicy } from '../approvals/find-approval-policy.ts';
import { getEnvironment } from '../configuration/get-configured.ts';
import { evaluateGates, type GateWait } from '../gates/evaluate-gates.ts';
import type { ForwardMove } from '../gates/gate-facts.ts';
import { type GatePorts, readGateFacts } from '../gates/read-gate-facts.ts';
import type { GitOpsRepository } from './commit-promotion.ts';
import { planChangeInGit } from './plan-change-in-git.ts';

export interface JudgePorts extends GatePorts {
  readonly repository: Pick<GitOpsRepository, 'read'>;
}

export type Judgement = z.infer<typeof evaluateGatesTask.output> & { readonly diff: string };

/** Changes nothing. `expectedPlanHash`: what was agreed to; when the world has moved since, the promotion is refused. */
export async function judgePromotion(
  configuration: Configuration,
  ports: JudgePorts,
  asked: {
    readonly promotion: ForwardMove;
    readonly services: readonly ResolvedService[];
    readonly build: BuildResult | undefined;
    readonly now: string;
    readonly wait?: GateWait | undefined;
    readonly expectedPlanHash?: string | undefined;
  },
): Promise<Judgement> {
  const { promotion, services, expectedPlanHash, now } = asked;
  const { environment } = promotion;
  const { gates, gateWaitMinutes } = getEnvironment(configuration, environment);
  const { planHash, title, summary, diff } = await planChangeInGit(
    configuration,
    ports.repository,
    promotion,
    services,
  );
  const policy = findApprovalPolicy(configuration, 'promotion', environment);
  const approval = {
    isRequired: policy !== undefined,
    timeoutSeconds: policy?.timeoutSeconds ?? 0,
    title,
    summary: [...summary],
  };
  if (expectedPlanHash !== undefined && expectedPlanHash !== planHash) {
    const reason = `the world moved: the plan is ${planHash.slice(0, 12)} now, ${expectedPlanHash.slice(0, 12)} was agreed to; ask again`;
    return { outcome: 'refused', reason, verdicts: [], planHash, approval, diff };
  }
  const [facts, overrides] = await Promise.all([
    readGateFacts(configuration, ports, asked),
    ports.ledger.listOverrides(environment, now),
  ]);
  const { outcome, reason, verdicts, wait } = evaluateGates(
    { names: gates, overrides, wait: asked.wait, maximumWaitMinutes: gateWaitMinutes },
    facts,
  );
  return {
    outcome,
    reason,
    verdicts: verdicts.map((verdict) => ({ ...verdict })),
    planHash,
    approval,
    diff,
    ...(wait === undefined ? {} : { wait: { ...wait, told: [...wait.told] } }),
  };
}

// Step EvaluateGates of promote-release.
import { evaluateGatesTask } from '../../contracts/workflows/promote-release.ts';
import { findApprovalPolicy } from '../../core/approvals/find-approval-policy.ts';
import { getEnvironment } from '../../core/configuration/get-configured.ts';
import { evaluateGates } from '../../core/promotion/evaluate-gates.ts';
import { planChange } from '../../core/promotion/plan-change.ts';
import { connectLedger } from '../adapters/connect-ledger.ts';
import { readGateFacts } from '../adapters/dynamo-gate-facts.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineTask } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';

const environment = readEnvironment(['LEDGER_TABLE_NAME']);
const configuration = readConfiguration();
const ledger = connectLedger(environment.LEDGER_TABLE_NAME);

/** Asks every gate that the environment names; the verdicts stand in the execution's history. */
export const handler = defineTask({
  ...evaluateGatesTask,
  async handle({ promotion, services, build, expectedPlanHash }) {
    const { gates } = getEnvironment(configuration, promotion.environment);
    const known = await readGateFacts(ledger, promotion.environment, services);
    const { planHash, title, summary } = planChange(promotion, services);
    const decision = evaluateGates(gates, { promotion, services, build, planHash, expectedPlanHash, ...known });
    const policy = findApprovalPolicy(configuration, 'promotion', promotion.environment);
    return {
      ...decision,
      verdicts: [...decision.verdicts],
      planHash,
      approval: {
        isRequired: policy !== undefined,
        timeoutSeconds: policy?.timeoutSeconds ?? 0,
        title,
        summary: [...summary],
      },
    };
  },
});

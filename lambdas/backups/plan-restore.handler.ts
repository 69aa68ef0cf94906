// Step PlanRestore of restore-database; `automation restore --plan` asks it too.
import { planRestoreTask } from '../../contracts/workflows/restore-database.ts';
import { findApprovalPolicy } from '../../core/approvals/find-approval-policy.ts';
import { nameRestore, planRestore } from '../../core/backups/plan-restore.ts';
import { hashPlan } from '../../core/plans/hash-plan.ts';
import { connectLedger } from '../adapters/connect-ledger.ts';
import { createDynamoBackupStore } from '../adapters/dynamo-backup-store.ts';
import { createRestoreSources } from '../adapters/restore-sources.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineTask } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';

const environment = readEnvironment(['LEDGER_TABLE_NAME']);
const configuration = readConfiguration();
const readSources = createRestoreSources(configuration);
const store = createDynamoBackupStore(connectLedger(environment.LEDGER_TABLE_NAME));

/** Says what a restore would do, or why it is impossible and what is possible instead. Changes nothing. */
export const handler = defineTask({
  ...planRestoreTask,
  async handle({ request, startedAt }) {
    const { environment } = request;
    const { archive, server, window } = await readSources(request);
    const decision = planRestore(configuration, request, await store.list(environment), archive, server);
    const plan = decision.outcome === 'planned' ? decision.plan : undefined;
    return {
      ...decision,
      ...(window === undefined ? {} : { window }),
      ...nameRestore(request, startedAt),
      planHash: plan === undefined ? '' : hashPlan(plan),
      approvalTimeoutSeconds: findApprovalPolicy(configuration, 'restore', environment)?.timeoutSeconds ?? 0,
    };
  },
});

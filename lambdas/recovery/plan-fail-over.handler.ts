// Step PlanFailOver of fail-over; `automation recovery fail-over --plan` asks it too.
import { Route53Client } from '@aws-sdk/client-route-53';
import { currentRecord } from '../../contracts/ledger/deployments.ts';
import { failOverKeys, siteRecord } from '../../contracts/ledger/fail-overs.ts';
import { ledgerKey } from '../../contracts/ledger.ts';
import { planFailOverTask } from '../../contracts/workflows/fail-over.ts';
import { findApprovalPolicy } from '../../core/approvals/find-approval-policy.ts';
import { stampOf } from '../../core/backups/name-backup.ts';
import { hashPlan } from '../../core/plans/hash-plan.ts';
import { planFailOver, planMoves } from '../../core/recovery/plan-fail-over.ts';
import { connectLedger } from '../adapters/connect-ledger.ts';
import { createDynamoBackupStore } from '../adapters/dynamo-backup-store.ts';
import { createRoute53Zone } from '../adapters/route53-zone.ts';
import { awsClientOptions } from '../platform/aws-client-options.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineTask } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';

const variables = readEnvironment(['LEDGER_TABLE_NAME']);
const configuration = readConfiguration();
const ledger = connectLedger(variables.LEDGER_TABLE_NAME);
const backups = createDynamoBackupStore(ledger);
const zone = createRoute53Zone(new Route53Client(awsClientOptions));

/** Says what would be done, or why it is impossible. Changes nothing. */
export const handler = defineTask({
  ...planFailOverTask,
  async handle({ request, startedAt }) {
    const { environment, to, planHash: agreed } = request;
    const dns = configuration.recovery.environments[environment]?.dns;
    const catalogue = await backups.list(environment);
    const facts = {
      site: await ledger.find(siteRecord, failOverKeys.site(environment)),
      backups: catalogue,
      running: await ledger.list(currentRecord, ledgerKey.current(environment, '').pk),
      targets:
        dns === undefined
          ? {}
          : await zone.readTargets(
              dns.hostedZoneId,
              dns.records.map(({ name }) => name),
            ),
    };
    const decision = planFailOver(configuration, request, facts);
    const plan = decision.outcome === 'planned' ? decision.plan : undefined;
    const planHash = plan === undefined ? '' : hashPlan(plan);
    const moved = plan !== undefined && agreed !== undefined && agreed !== planHash;
    return {
      ...decision,
      ...(moved
        ? {
            outcome: 'refused' as const,
            reason: `the plan is ${planHash.slice(0, 12)} now, ${agreed.slice(0, 12)} was asked for: look at it again`,
          }
        : {}),
      planHash,
      failOverId: `${environment}.to-${to}.${stampOf(startedAt)}`,
      moves: plan === undefined ? [] : planMoves(configuration, plan, startedAt, catalogue),
      approvalTimeoutSeconds: findApprovalPolicy(configuration, 'fail-over', environment)?.timeoutSeconds ?? 0,
    };
  },
});

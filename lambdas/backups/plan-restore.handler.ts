// Step PlanRestore of restore-database; `automation restore --plan` asks it too.
import { RDSClient } from '@aws-sdk/client-rds';
import { S3Client } from '@aws-sdk/client-s3';
import { backupBucketName } from '../../contracts/backup-places.ts';
import { planRestoreTask } from '../../contracts/workflows/restore-database.ts';
import { findApprovalPolicy } from '../../core/approvals/find-approval-policy.ts';
import { nameRestore, planRestore } from '../../core/backups/plan-restore.ts';
import { hashPlan } from '../../core/plans/hash-plan.ts';
import { describeInstanceWindow, findRestorable } from '../../core/snapshots/restorable-instance.ts';
import { connectLedger } from '../adapters/connect-ledger.ts';
import { createDynamoBackupStore } from '../adapters/dynamo-backup-store.ts';
import { createRdsInstances } from '../adapters/rds-instances.ts';
import { readArchive } from '../adapters/s3-archive-reader.ts';
import { awsClientOptions } from '../platform/aws-client-options.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineTask } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';

const environment = readEnvironment(['LEDGER_TABLE_NAME']);
const configuration = readConfiguration();
const s3 = new S3Client(awsClientOptions);
const instances = createRdsInstances(new RDSClient(awsClientOptions));
const store = createDynamoBackupStore(connectLedger(environment.LEDGER_TABLE_NAME));

/** Says what a restore would do, or why it is impossible and what is possible instead. Changes nothing. */
export const handler = defineTask({
  ...planRestoreTask,
  async handle({ request, startedAt }) {
    const { environment, database, backupId } = request;
    const server = configuration.databases[database]?.environments[environment]?.archive?.server;
    const bucket = backupBucketName(configuration.application, environment);
    // A restore from a backup of the catalogue has nothing to do with it.
    const archive =
      server === undefined || backupId !== undefined
        ? undefined
        : await readArchive(s3, { bucket, server, now: new Date().toISOString() });
    const { snapshot } = configuration.databases[database]?.environments[environment] ?? {};
    const now = new Date().toISOString();
    const instance =
      snapshot?.kind !== 'instance' || backupId !== undefined ? undefined : await instances.find(snapshot.identifier);
    const restorable = instance && findRestorable(instance, now);
    const decision = planRestore(configuration, request, await store.list(environment), archive, restorable);
    const window = archive?.window ?? (instance && describeInstanceWindow(instance, now));
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

// Steps of the recovery region's workflows that wait for a Job of the agent, in either region.
import { S3Client } from '@aws-sdk/client-s3';
import { readRecoveryJobTask } from '../../contracts/workflows/recovery-drill.ts';
import { decideWaitSeconds } from '../../core/backups/agent-jobs.ts';
import { getEnvironment } from '../../core/configuration/get-configured.ts';
import { atSite } from '../../core/recovery/recovery-side.ts';
import { connectSites } from '../adapters/connect-sites.ts';
import { createKubernetesJobs } from '../adapters/kubernetes-jobs.ts';
import { createS3BackupObjects } from '../adapters/s3-backup-objects.ts';
import { awsClientOptions } from '../platform/aws-client-options.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineTask } from '../platform/define-handler.ts';

const configuration = readConfiguration();
const clustersAt = connectSites(configuration);
const { findResult } = createS3BackupObjects(new S3Client(awsClientOptions));

/** Says whether the Job has ended, and when to look again. */
export const handler = defineTask({
  ...readRecoveryJobTask,
  async handle({ environment, job, site = 'recovery', bucket, startedAt }) {
    const { cluster, namespace } = getEnvironment(atSite(configuration, site), environment);
    const status = await createKubernetesJobs(clustersAt(site)).read({ cluster, namespace, name: job });
    const hasFailed = status.status === 'failed' || status.status === 'missing';
    const result = hasFailed && bucket !== undefined ? await findResult(bucket, job) : undefined;
    const reason = result?.outcome === 'failed' ? result.reason : status.reason;
    return { ...status, reason, waitSeconds: decideWaitSeconds(startedAt, new Date().toISOString()) };
  },
});

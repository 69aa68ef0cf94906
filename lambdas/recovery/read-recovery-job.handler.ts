// Steps that wait for a Job in the recovery region.
import { readRecoveryJobTask } from '../../contracts/workflows/recovery-drill.ts';
import { decideWaitSeconds } from '../../core/backups/agent-jobs.ts';
import { getEnvironment } from '../../core/configuration/get-configured.ts';
import { asInRecoveryRegion } from '../../core/recovery/recovery-side.ts';
import { connectClusters } from '../adapters/connect-clusters.ts';
import { createKubernetesJobs } from '../adapters/kubernetes-jobs.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineTask } from '../platform/define-handler.ts';

const configuration = asInRecoveryRegion(readConfiguration());
const jobs = createKubernetesJobs(connectClusters());

/** Says whether the Job has ended, and when to look again. */
export const handler = defineTask({
  ...readRecoveryJobTask,
  async handle({ environment, job, startedAt }) {
    const { cluster, namespace } = getEnvironment(configuration, environment);
    const status = await jobs.read({ cluster, namespace, name: job });
    return { ...status, waitSeconds: decideWaitSeconds(startedAt, new Date().toISOString()) };
  },
});

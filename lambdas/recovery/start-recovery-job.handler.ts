// Steps that run the backup agent in the recovery region.
import { startRecoveryJobTask } from '../../contracts/workflows/recovery-drill.ts';
import { buildDrillJob } from '../../core/recovery/build-drill-job.ts';
import { asInRecoveryRegion } from '../../core/recovery/recovery-side.ts';
import { connectClusters } from '../adapters/connect-clusters.ts';
import { createKubernetesJobs } from '../adapters/kubernetes-jobs.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineTask } from '../platform/define-handler.ts';

const configuration = asInRecoveryRegion(readConfiguration());
const jobs = createKubernetesJobs(connectClusters());

/** A Job of that name that is there already is the one of an earlier attempt. */
export const handler = defineTask({
  ...startRecoveryJobTask,
  async handle(task) {
    await jobs.create(buildDrillJob(configuration, task));
    return { job: task.job };
  },
});

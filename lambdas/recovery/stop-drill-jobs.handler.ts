// Step StopJobs of recovery-drill: what still runs could make anew what is swept away.
import { stopDrillJobsTask } from '../../contracts/workflows/recovery-drill.ts';
import { asInRecoveryRegion } from '../../core/recovery/recovery-side.ts';
import { connectClusters } from '../adapters/connect-clusters.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineTask } from '../platform/define-handler.ts';
import { stopJobs } from './stop-jobs.ts';

const configuration = asInRecoveryRegion(readConfiguration());
const clusterOf = connectClusters();

export const handler = defineTask({
  ...stopDrillJobsTask,
  handle: async ({ environments }) => await stopJobs(configuration, clusterOf, environments),
});

// Steps of the recovery region's workflows that run the backup agent, in either region.
import { startRecoveryJobTask } from '../../contracts/workflows/recovery-drill.ts';
import { buildDrillJob } from '../../core/recovery/build-drill-job.ts';
import { atSite } from '../../core/recovery/recovery-side.ts';
import { connectSites } from '../adapters/connect-sites.ts';
import { createKubernetesJobs } from '../adapters/kubernetes-jobs.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineTask } from '../platform/define-handler.ts';

const configuration = readConfiguration();
const clustersAt = connectSites(configuration);

/** A Job of that name that is there already is the one of an earlier attempt. */
export const handler = defineTask({
  ...startRecoveryJobTask,
  async handle({ site = 'recovery', replaces = [], ...task }) {
    const jobs = createKubernetesJobs(clustersAt(site));
    const job = buildDrillJob(atSite(configuration, site), task);
    for (const name of replaces) await jobs.remove({ ...job, name });
    await jobs.create(job);
    return { job: task.job };
  },
});

// Step StartJob of the workflows that run the backup agent.
import { startAgentJobTask } from '../../contracts/workflows/agent-jobs.ts';
import { buildAgentJob } from '../../core/backups/build-agent-job.ts';
import { connectClusters } from '../adapters/connect-clusters.ts';
import { createKubernetesJobs } from '../adapters/kubernetes-jobs.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineTask } from '../platform/define-handler.ts';

const configuration = readConfiguration();
const jobs = createKubernetesJobs(connectClusters());

/** Has the cluster run the agent; a Job of that name that is there already is the one of an earlier attempt. */
export const handler = defineTask({
  ...startAgentJobTask,
  async handle(task) {
    await jobs.create(buildAgentJob(configuration, task));
    return { job: task.job };
  },
});

// Step StartBackupJob of back-up-database.
import { startBackupJobTask } from '../../contracts/workflows/back-up-database.ts';
import { buildAgentJob } from '../../core/backups/build-agent-job.ts';
import { connectClusters } from '../adapters/connect-clusters.ts';
import { createKubernetesJobs } from '../adapters/kubernetes-jobs.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineTask } from '../platform/define-handler.ts';

const configuration = readConfiguration();
const jobs = createKubernetesJobs(connectClusters());

/** Has the cluster run the agent; a Job of that name that is there already is the one of an earlier attempt. */
export const handler = defineTask({
  ...startBackupJobTask,
  async handle({ backup }) {
    const { environment, database, backupId, bucket = '', prefix = '', tier, keepUntil, job = '' } = backup;
    const task = { environment, database, backupId, bucket, prefix, tier, keepUntil, job };
    await jobs.create(buildAgentJob(configuration, { ...task, command: 'back-up', entersDatabase: true }));
    return { environment, job };
  },
});

// Steps of verify-backup that have RDS restore.
import { RDSClient, RDSServiceException } from '@aws-sdk/client-rds';
import { snapshotOwner } from '../../contracts/backup-places.ts';
import { advanceDatabaseTask, type DatabaseProgress } from '../../contracts/workflows/advance-database.ts';
import { advanceProof, removeProof } from '../../core/snapshots/advance-proof.ts';
import { createRdsInstances } from '../adapters/rds-instances.ts';
import { awsClientOptions } from '../platform/aws-client-options.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineTask } from '../platform/define-handler.ts';

const { application } = readConfiguration();
const instances = createRdsInstances(new RDSClient(awsClientOptions));

/** Does what is next and says whether it has ended; what RDS refuses for good is a failure with RDS's own words. */
export const handler = defineTask({
  ...advanceDatabaseTask,
  async handle(step): Promise<DatabaseProgress> {
    try {
      if (step.step === 'remove-proof') return await removeProof(instances, step);
      return await advanceProof(instances, step, { owner: snapshotOwner(application), now: new Date().toISOString() });
    } catch (error) {
      if (!(error instanceof RDSServiceException) || error.$retryable !== undefined || error.$fault === 'server')
        throw error;
      return { status: 'failed', reason: `${error.name}: ${error.message}`, waitSeconds: 0, restoreSeconds: 0 };
    }
  },
});

// Steps of verify-backup and restore-database that have RDS restore.
import { RDSClient, RDSServiceException } from '@aws-sdk/client-rds';
import type * as z from 'zod/mini';
import { snapshotOwner } from '../../contracts/backup-places.ts';
import { advanceDatabaseTask, type DatabaseProgress } from '../../contracts/workflows/advance-database.ts';
import { AppError } from '../../core/app-error.ts';
import { advanceProof, removeProof } from '../../core/snapshots/advance-proof.ts';
import { advanceCutOver, advanceRestore, undoCutOver } from '../../core/snapshots/advance-restore.ts';
import { createRdsServers } from '../adapters/rds-servers.ts';
import { awsClientOptions } from '../platform/aws-client-options.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineTask } from '../platform/define-handler.ts';

const owner = snapshotOwner(readConfiguration().application);
const servers = createRdsServers(new RDSClient(awsClientOptions));

/** Does what is next and says whether it has ended; what RDS refuses for good is a failure with RDS's own words. */
export const handler = defineTask({
  ...advanceDatabaseTask,
  async handle(step): Promise<DatabaseProgress> {
    try {
      return await advance(step);
    } catch (error) {
      if (!(error instanceof RDSServiceException) || error.$retryable !== undefined || error.$fault === 'server')
        throw error;
      return { status: 'failed', reason: `${error.name}: ${error.message}`, waitSeconds: 0, restoreSeconds: 0 };
    }
  },
});

async function advance(input: z.infer<typeof advanceDatabaseTask.input>): Promise<DatabaseProgress> {
  const { step, job, startedAt, proof, restore } = input;
  const context = { owner, now: new Date().toISOString() };
  if (proof !== undefined && step === 'prove')
    return await advanceProof(servers[proof.kind], { job, startedAt, proof }, context);
  if (proof !== undefined && step === 'remove-proof')
    return await removeProof(servers[proof.kind], { job, startedAt, proof });
  if (restore === undefined) throw new AppError('InvalidInputError', `step ${step} comes without what it is about`);
  const [port, ofRestore] = [servers[restore.kind], { job, startedAt, restore }];
  if (step === 'restore') return await advanceRestore(port, ofRestore, context);
  if (step === 'cut-over') return await advanceCutOver(port, ofRestore);
  return await undoCutOver(port, ofRestore);
}

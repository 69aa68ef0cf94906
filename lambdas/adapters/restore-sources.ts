// From what a database could be restored to a time: its archive, or what RDS keeps of it.
import { RDSClient } from '@aws-sdk/client-rds';
import { S3Client } from '@aws-sdk/client-s3';
import type { Configuration } from '../../config/schema.ts';
import { backupBucketName } from '../../contracts/backup-places.ts';
import type { RecoveryWindow } from '../../contracts/point-in-time.ts';
import type { RestoreRequest } from '../../contracts/workflows/restore-database.ts';
import type { Archive } from '../../core/point-in-time/plan-recovery.ts';
import { describeServerWindow, findRestorable, type RestorableServer } from '../../core/snapshots/restorable-server.ts';
import { awsClientOptions } from '../platform/aws-client-options.ts';
import { createRdsServers } from './rds-servers.ts';
import { readArchive } from './s3-archive-reader.ts';

export interface RestoreSources {
  readonly archive?: Archive | undefined;
  readonly server?: RestorableServer | undefined;
  readonly window?: RecoveryWindow | undefined;
}

/** Nothing for a restore from a backup of the catalogue, which has nothing to do with them. */
export function createRestoreSources({ application, databases }: Pick<Configuration, 'application' | 'databases'>) {
  const s3 = new S3Client(awsClientOptions);
  const servers = createRdsServers(new RDSClient(awsClientOptions));
  return async ({ environment, database, backupId }: RestoreRequest): Promise<RestoreSources> => {
    if (backupId !== undefined) return {};
    const { archive: archived, snapshot } = databases[database]?.environments[environment] ?? {};
    const now = new Date().toISOString();
    const bucket = backupBucketName(application, environment);
    const archive = archived && (await readArchive(s3, { bucket, server: archived.server, now }));
    const found = snapshot && (await servers[snapshot.kind].find(snapshot.identifier));
    const window = archive?.window ?? (found && describeServerWindow(found, now));
    return { archive, server: found && findRestorable(found, now), window };
  };
}

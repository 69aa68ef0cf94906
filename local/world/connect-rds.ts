// Makes the databases that RDS runs known to it, with the customer keys that they and their copies are encrypted under.
import type { Configuration } from '../../config/schema.ts';
import type { RuntimeContext } from '../runtime/context.ts';
import { KeyRing } from '../services/kms/key-ring.ts';
import { buildDefaultPolicy } from '../services/kms/providers.ts';
import { type Database, DatabaseTable } from '../services/rds/database-table.ts';
import { databaseArn } from '../services/rds/kinds.ts';

/** What is there already stays as it is: a restore may have replaced it. */
export function connectRds(context: RuntimeContext, { databases, aws }: Configuration): void {
  const table = new DatabaseTable(context.store);
  const keys = new KeyRing(context);
  for (const [name, { environments }] of Object.entries(databases)) {
    for (const [environment, { snapshot, replica }] of Object.entries(environments)) {
      if (snapshot === undefined) continue;
      for (const arn of Object.values(snapshot.keys)) {
        const [, , , region = '', , key = ''] = arn.split(':');
        if (keys.findByArn(arn) !== undefined) continue;
        keys.define({
          ...{ region, keyId: key.replace('key/', ''), description: 'Databases and their snapshots', enabled: true },
          ...{ usage: 'ENCRYPT_DECRYPT', policy: buildDefaultPolicy(context.accountId) },
        });
      }
      const { kind, identifier } = snapshot;
      if (table.find(kind, aws.primaryRegion, identifier) !== undefined) continue;
      const database: Database = {
        ...{ kind, region: aws.primaryRegion, identifier, kmsKeyId: snapshot.keys.primary },
        engine: kind === 'cluster' ? 'aurora-postgresql' : 'postgres',
        ...{ engineVersion: '17.4', allocatedGigabytes: 20, port: 5432, backupRetentionDays: 7 },
        endpoint: endpointOf(identifier, aws.primaryRegion),
        ...{ subnetGroup: `${name}-${environment}`, securityGroups: [`sg-${name}-${environment}`] },
        ...{ deletionProtection: true, tags: {}, createdAt: context.clock.now() },
      };
      table.put(database);
      // One that writes, and one that reads.
      if (replica !== undefined)
        table.put(
          buildReplica(database, replica.identifier, aws.recoveryRegion, snapshot.keys.recovery, context.accountId),
        );
      if (kind === 'cluster') for (const number of [1, 2]) table.put(buildMember(database, `${identifier}-${number}`));
    }
  }
}

function buildMember(cluster: Database, identifier: string): Database {
  return {
    ...{ ...cluster, kind: 'instance', identifier, endpoint: endpointOf(identifier, cluster.region) },
    ...{ clusterIdentifier: cluster.identifier, instanceClass: 'db.r7g.large', allocatedGigabytes: 1 },
    deletionProtection: false,
  };
}

/** Its automated backups begin when it is promoted. */
function buildReplica(
  source: Database,
  identifier: string,
  region: string,
  kmsKeyId: string,
  accountId: string,
): Database {
  return {
    ...{ ...source, region, identifier, kmsKeyId, endpoint: endpointOf(identifier, region), backupRetentionDays: 0 },
    replicaOf: databaseArn(source, accountId),
  };
}

function endpointOf(identifier: string, region: string): string {
  return `${identifier}.local.${region}.rds.amazonaws.com`;
}

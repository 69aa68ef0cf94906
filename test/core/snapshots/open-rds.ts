// RDS's states with one database of the configuration in them, a snapshot of it, and the SDK's own client on them.
import { RDSClient } from '@aws-sdk/client-rds';
import { loadConfiguration } from '../../../config/load-configuration.ts';
import type { SnapshotKind } from '../../../contracts/ledger/backups.ts';
import type { DatabaseProgress } from '../../../contracts/workflows/advance-database.ts';
import { createRdsServers } from '../../../lambdas/adapters/rds-servers.ts';
import { createKmsModule } from '../../../local/services/kms/module.ts';
import { createRdsModule } from '../../../local/services/rds/module.ts';
import { connectRds } from '../../../local/world/connect-rds.ts';
import { openRuntime } from '../../local/services/service-runtime.ts';

export const configuration = loadConfiguration('config/pyairtable.yaml');
export const minute = 60_000;
export const snapshotId = 'pyairtable-snapshot-1';

/** The database of the configuration that is of this kind. */
export function snapshotOf(kind: SnapshotKind) {
  const found = Object.values(configuration.databases)
    .flatMap(({ environments }) => Object.values(environments))
    .find(({ snapshot }) => snapshot?.kind === kind)?.snapshot;
  if (found === undefined) throw new Error(`the configuration has no ${kind}`);
  return found;
}

export async function openRds(kind: SnapshotKind) {
  const runtime = await openRuntime([createKmsModule, createRdsModule]);
  connectRds(runtime.context, configuration);
  const region = configuration.aws.primaryRegion;
  const endpoint = await runtime.listen();
  await runtime.start();
  const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'x' };
  const servers = createRdsServers(new RDSClient({ endpoint, region, credentials, maxAttempts: 1 }));
  const live = snapshotOf(kind).identifier;
  const [operation, input] =
    kind === 'cluster'
      ? ['CreateDBClusterSnapshot', { DBClusterIdentifier: live, DBClusterSnapshotIdentifier: snapshotId }]
      : ['CreateDBSnapshot', { DBInstanceIdentifier: live, DBSnapshotIdentifier: snapshotId }];
  await runtime.call('rds', operation as string, input as object, { region });
  await runtime.clock.advance(30 * minute);
  return {
    runtime,
    servers,
    port: servers[kind],
    live,
    now: () => new Date(runtime.clock.now()).toISOString(),
    async listInstances(): Promise<string[]> {
      const { DBInstances } = await runtime.call<{ DBInstances: { DBInstanceIdentifier: string }[] }>(
        ...(['rds', 'DescribeDBInstances', {}, { region }] as const),
      );
      return DBInstances.map(({ DBInstanceIdentifier }) => DBInstanceIdentifier).toSorted();
    },
    /** Looks every minute until it has ended. */
    async follow(carryOn: () => Promise<DatabaseProgress>): Promise<DatabaseProgress> {
      for (let round = 0; round < 60; round += 1) {
        const progress = await carryOn();
        if (progress.status !== 'running') return progress;
        await runtime.clock.advance(minute);
      }
      throw new Error('it does not end');
    },
  };
}

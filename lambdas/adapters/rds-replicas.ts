// Read replicas of RDS in the client's region, and how far CloudWatch says that they are behind.
import { type CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import {
  type DBInstance,
  DescribeDBInstancesCommand,
  PromoteReadReplicaCommand,
  type RDSClient,
} from '@aws-sdk/client-rds';
import type { Configuration } from '../../config/schema.ts';
import type { Clock } from '../../core/clock.ts';
import type { Replicas } from '../../core/recovery/plan-promotions.ts';
import type { Replica, ReplicaPort } from '../../core/recovery/replica-port.ts';
import { unlessRds } from './rds-answers.ts';

/** What is older says nothing of how far it is behind now. */
const lagMinutes = 10;

export function createRdsReplicas(
  rds: RDSClient,
  cloudWatch: CloudWatchClient,
  clock: Pick<Clock, 'now'>,
): ReplicaPort {
  async function findLag(identifier: string): Promise<Replica['lag']> {
    const now = clock.now();
    const Dimensions = [{ Name: 'DBInstanceIdentifier', Value: identifier }];
    const Metric = { Namespace: 'AWS/RDS', MetricName: 'ReplicaLag', Dimensions };
    const { MetricDataResults: [found] = [] } = await cloudWatch.send(
      new GetMetricDataCommand({
        StartTime: new Date(now - lagMinutes * 60_000),
        EndTime: new Date(now + 60_000),
        ScanBy: 'TimestampDescending',
        MetricDataQueries: [{ Id: 'lag', MetricStat: { Metric, Period: 60, Stat: 'Maximum' } }],
      }),
    );
    const [seconds, measuredAt] = [found?.Values?.[0], found?.Timestamps?.[0]];
    // -1: RDS could not tell.
    if (seconds === undefined || seconds < 0 || measuredAt === undefined) return undefined;
    return { seconds, measuredAt: measuredAt.toISOString() };
  }

  return {
    async find(identifier) {
      const asked = rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: identifier }));
      const found = (await unlessRds(['DBInstanceNotFoundFault'], asked))?.DBInstances?.[0];
      if (found === undefined) return undefined;
      const follows = nameSource(found);
      return {
        identifier,
        status: found.DBInstanceStatus ?? '',
        engineVersion: found.EngineVersion ?? '',
        ...(follows === undefined ? {} : { follows, lag: await findLag(identifier) }),
      };
    },
    async promote(identifier, backupRetentionDays) {
      const input = { DBInstanceIdentifier: identifier, BackupRetentionPeriod: backupRetentionDays };
      // Busy with it already, or with a backup of it: the next look says which.
      await unlessRds(['InvalidDBInstanceStateFault'], rds.send(new PromoteReadReplicaCommand(input)));
    },
  };
}

/** Of the databases of an environment that have one. */
export async function readReplicas(
  port: Pick<ReplicaPort, 'find'>,
  { databases }: Pick<Configuration, 'databases'>,
  environment: string,
): Promise<Replicas> {
  const found = Object.entries(databases).map(async ([database, { environments }]) => {
    const identifier = environments[environment]?.replica?.identifier;
    return [database, identifier === undefined ? undefined : await port.find(identifier)] as const;
  });
  return Object.fromEntries(await Promise.all(found));
}

/** Of another region RDS gives the ARN. */
function nameSource({ ReadReplicaSourceDBInstanceIdentifier: source }: DBInstance): string | undefined {
  return source?.split(':').at(-1);
}

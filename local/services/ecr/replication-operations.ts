// The replication of a registry into other regions: what is pushed from now on, and on demand (a backfill) what was there before.
// https://docs.aws.amazon.com/AmazonECR/latest/userguide/replication-backfill.html
import { randomUUID } from 'node:crypto';
import type { RuntimeContext } from '../../runtime/context.ts';
import { AwsError, type Operation } from '../../runtime/service.ts';
import type { Backfill, ImageTable, ReplicationRule } from './image-table.ts';

/** Of one image, or of one backfill. AWS says: most within 30 minutes. */
export const replicationMilliseconds = 5 * 60_000;

export function createReplicationOperations(context: RuntimeContext, table: ImageTable): Record<string, Operation> {
  const { clock, store, accountId } = context;
  // None of them has resource-level permissions.
  const guard = (action: string) => () => [{ action: `ecr:${action}`, resource: '*' }];
  const describe = ({ id, destination, startedAt, endsAt, images }: Backfill) => ({
    ...{ replicationBackfillId: id, registryId: accountId, destination, startedAt: new Date(startedAt) },
    status: clock.now() < endsAt ? 'IN_PROGRESS' : 'COMPLETE',
    progress: {
      totalReplicationCount: images,
      completedReplicationCount: clock.now() < endsAt ? 0 : images,
      failedReplicationCount: 0,
      failureCodes: [],
    },
    ...(clock.now() < endsAt ? {} : { endedAt: new Date(endsAt) }),
  });

  return {
    PutReplicationConfiguration: {
      authorize: guard('PutReplicationConfiguration'),
      async handle(
        { replicationConfiguration }: { replicationConfiguration: { rules: ReplicationRule[] } },
        { region },
      ) {
        table.rules.put(region, replicationConfiguration);
        await store.flush();
        return { replicationConfiguration };
      },
    },
    DescribeRegistry: {
      authorize: guard('DescribeRegistry'),
      handle: (_: object, { region }) => ({
        registryId: accountId,
        replicationConfiguration: table.rules.get(region) ?? { rules: [] },
      }),
    },
    StartReplicationBackfill: {
      authorize: guard('StartReplicationBackfill'),
      async handle({ destination }: { destination: Backfill['destination'] }, { region }) {
        const now = clock.now();
        const isDestination = (table.rules.get(region)?.rules ?? [])
          .flatMap(({ destinations }) => destinations)
          .some((each) => each.region === destination.region && each.registryId === destination.registryId);
        if (!isDestination)
          throw new AwsError('ValidationException', `${destination.region} is no destination of the replication`);
        const isUnderWay = [...table.backfills.values()].some(
          (each) => each.region === region && each.destination.region === destination.region && each.endsAt > now,
        );
        if (isUnderWay)
          throw new AwsError(
            'ReplicationBackfillInProgressException',
            `A replication backfill to ${destination.region} is in progress`,
          );
        const missing = [...table.images.values()].filter(
          (image) =>
            image.region === region &&
            table.destinationsOf(region, image.repository).includes(destination.region) &&
            table.find(destination.region, image.repository, image.digest) === undefined,
        );
        const endsAt = now + replicationMilliseconds;
        for (const image of missing) {
          table.putRepository(destination.region, image.repository, now);
          table.put({ ...image, region: destination.region, availableAt: endsAt });
        }
        const backfill = { id: randomUUID(), region, destination, startedAt: now, endsAt, images: missing.length };
        table.backfills.put(backfill.id, backfill);
        await store.flush();
        return describe(backfill);
      },
    },
    ListReplicationBackfills: {
      authorize: guard('ListReplicationBackfills'),
      handle: (_: object, { region }) => ({
        registryId: accountId,
        backfills: [...table.backfills.values()].filter((each) => each.region === region).map(describe),
      }),
    },
  };
}

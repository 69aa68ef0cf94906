// The events that RDS publishes about snapshots on the region's default bus.
// https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Events.Messages.html
import type { CancelTimer } from '../../clock/clock.ts';
import type { RuntimeContext } from '../../runtime/context.ts';
import { keyOf, names, snapshotArn } from './kinds.ts';
import type { Snapshot, SnapshotTable } from './snapshot-table.ts';
import { toRecord, toTagList } from './tags.ts';

type Moment = 'begun' | 'ready' | 'deleted';

const events = {
  instance: {
    begun: ['RDS-EVENT-0040', 'creation', 'Creating manual snapshot'],
    ready: ['RDS-EVENT-0042', 'creation', 'Manual snapshot created'],
    deleted: ['RDS-EVENT-0041', 'deletion', 'Deleted user snapshot'],
    copyBegun: ['RDS-EVENT-0059', 'notification', 'Started copy of snapshot'],
    copyReady: ['RDS-EVENT-0060', 'notification', 'Finished copy of snapshot'],
  },
  cluster: {
    begun: ['RDS-EVENT-0074', 'backup', 'Creating manual cluster snapshot'],
    ready: ['RDS-EVENT-0075', 'backup', 'Manual cluster snapshot created'],
    deleted: ['RDS-EVENT-0041', 'deletion', 'Deleted user snapshot'],
    copyBegun: ['RDS-EVENT-0162', 'notification', 'Started copy of cluster snapshot'],
    copyReady: ['RDS-EVENT-0163', 'notification', 'Finished copy of cluster snapshot'],
  },
} as const;

export async function announceSnapshot(context: RuntimeContext, snapshot: Snapshot, moment: Moment): Promise<void> {
  const { kind, region, identifier, copyOf, database } = snapshot;
  const ofKind = events[kind];
  const isCopy = copyOf !== undefined && moment !== 'deleted';
  const [id, category, message] = !isCopy ? ofKind[moment] : moment === 'begun' ? ofKind.copyBegun : ofKind.copyReady;
  const arn = snapshotArn(snapshot, context.accountId);
  context.trace.record({
    service: 'rds',
    name: `snapshot-${moment}`,
    subject: identifier,
    details: { region, database },
  });
  await context.publishAwsEvent({
    source: 'aws.rds',
    detailType: names[kind].snapshotEvent,
    region,
    resources: [arn],
    detail: {
      EventCategories: [category],
      SourceType: names[kind].snapshotSourceType,
      SourceArn: arn,
      Date: new Date(context.clock.now()).toISOString(),
      SourceIdentifier: identifier,
      Message: message,
      EventID: id,
      Tags: toRecord(toTagList(snapshot.tags)),
    },
  });
}

/** Tells of each snapshot when it is done, over restarts too. RDS promises its events on a best-effort basis only. */
export class SnapshotEvents {
  private readonly timers = new Map<string, CancelTimer>();
  private readonly context: RuntimeContext;
  private readonly snapshots: SnapshotTable;

  constructor(context: RuntimeContext, snapshots: SnapshotTable) {
    this.context = context;
    this.snapshots = snapshots;
  }

  follow(snapshot: Snapshot): void {
    const key = keyOf(snapshot.kind, snapshot.region, snapshot.identifier);
    const cancel = this.context.clock.at(snapshot.readyAt, () => {
      this.timers.delete(key);
      const { kind, region, identifier } = snapshot;
      const found = this.snapshots.find(kind, region, identifier);
      if (found === undefined || found.isFailed === true) return;
      void this.context.clock.work(announceSnapshot(this.context, found, 'ready'));
    });
    this.timers.set(key, cancel);
  }

  forget({ kind, region, identifier }: Snapshot): void {
    const key = keyOf(kind, region, identifier);
    this.timers.get(key)?.();
    this.timers.delete(key);
  }

  start(): void {
    const now = this.context.clock.now();
    for (const snapshot of this.snapshots.all()) if (snapshot.readyAt > now) this.follow(snapshot);
  }

  stop(): void {
    for (const cancel of this.timers.values()) cancel();
    this.timers.clear();
  }
}

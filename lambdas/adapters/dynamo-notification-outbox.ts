// What people are told, in the ledger: see contracts/ledger/notifications.ts.

import { fromItem } from '../../contracts/ledger/attribute-values.ts';
import {
  notificationKeys,
  notificationRecord,
  notificationThreadRecord,
} from '../../contracts/ledger/notifications.ts';
import { announcementSchema } from '../../contracts/notifications.ts';
import type { Clock } from '../../core/clock.ts';
import type { NotificationOutbox } from '../../core/notifications/tell-people.ts';
import type { DynamoLedger } from './dynamo-ledger.ts';

/** Longer than the function may run: when the lease is over its holder is certainly dead. */
const leaseMilliseconds = 35_000;

/** Keeps what was told for `retentionDays` after its last state. */
export function createDynamoNotificationOutbox(
  ledger: DynamoLedger,
  clock: Clock,
  retentionDays: number,
): NotificationOutbox {
  const expiresAt = (): number => Math.floor(clock.now() / 1000) + retentionDays * 86_400;
  const heldBy = (holder: string) => ({ expression: 'holder = :holder', values: { ':holder': holder } });
  return {
    async listChannels(subject) {
      const { pk } = notificationKeys.notification(subject, '');
      return (await ledger.list(notificationRecord, pk)).map(({ sk }) => sk);
    },
    async record(channel, announcement, order) {
      await ledger.update(
        notificationKeys.notification(announcement.subject, channel),
        { wantedOrder: order, content: JSON.stringify(announcement), expiresAt: expiresAt() },
        {
          expression: 'attribute_not_exists(pk) OR wantedOrder < :order',
          values: { ':order': order },
        },
      );
    },
    async take(channel, subject, holder) {
      const key = notificationKeys.notification(subject, channel);
      const { written } = await ledger.update(
        key,
        { holder, leaseUntilMilliseconds: clock.now() + leaseMilliseconds },
        {
          expression:
            '(attribute_not_exists(shownOrder) OR shownOrder < wantedOrder) AND attribute_exists(pk) AND ' +
            '(attribute_not_exists(holder) OR holder = :holder OR leaseUntilMilliseconds <= :now)',
          values: { ':holder': holder, ':now': clock.now() },
        },
      );
      const record = written ? await ledger.find(notificationRecord, key) : undefined;
      if (record?.holder !== holder) return undefined;
      return {
        announcement: announcementSchema.parse(JSON.parse(record.content)),
        order: record.wantedOrder,
        receipt: record.receipt,
        showsEnd: record.shownCloses ?? false,
      };
    },
    async keepReceipt(channel, subject, holder, receipt) {
      const key = notificationKeys.notification(subject, channel);
      await ledger.update(key, { receipt, shownCloses: false }, heldBy(holder));
    },
    async complete(channel, subject, holder, { announcement, order }) {
      const key = notificationKeys.notification(subject, channel);
      const shown = { shownOrder: order, shownCloses: announcement.closes };
      const last = {
        expression: 'holder = :holder AND wantedOrder = :order',
        values: { ':holder': holder, ':order': order },
      };
      const result = await ledger.update(key, shown, last, ['holder', 'leaseUntilMilliseconds']);
      if (result.written) return 'done';
      const existing = result.existing === undefined ? undefined : notificationRecord.parse(fromItem(result.existing));
      if (existing?.holder !== holder) return 'lost';
      await ledger.update(key, shown, heldBy(holder));
      return 'more';
    },
    async giveBack(channel, subject, holder) {
      const key = notificationKeys.notification(subject, channel);
      await ledger.update(key, {}, heldBy(holder), ['holder', 'leaseUntilMilliseconds']);
    },
    async findThread(channel, release) {
      const key = notificationKeys.notificationThread(release, channel);
      return (await ledger.find(notificationThreadRecord, key))?.receipt;
    },
    async beginThread(channel, release, receipt) {
      const key = notificationKeys.notificationThread(release, channel);
      await ledger.put({ ...key, receipt, expiresAt: expiresAt() }, { expression: 'attribute_not_exists(pk)' });
    },
  };
}

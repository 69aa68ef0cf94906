// What people were told of a subject, and what they are still to be told: the notifier's outbox.
import * as z from 'zod/mini';
import { keyed, type LedgerKey } from './item.ts';

export const notificationKeys = {
  /** `channel` as in `slack#deployments`, `email`. */
  notification: (subject: string, channel: string): LedgerKey => ({ pk: `NOTIFICATION#${subject}`, sk: channel }),
  notificationThread: (release: string, channel: string): LedgerKey => ({
    pk: `NOTIFICATION-THREAD#${release}`,
    sk: channel,
  }),
};

/** Where a message stands in its channel, in the channel's own ids. */
export const receiptSchema = z.object({
  /** Slack's `ts`, or the number of a comment. */
  id: z.string(),
  /** Slack's channel id. */
  place: z.optional(z.string()),
  /** `ts` of the message whose thread it stands in; absent when it begins one. */
  thread: z.optional(z.string()),
});
export type Receipt = z.infer<typeof receiptSchema>;

/** The one message about a subject in one channel. */
export const notificationRecord = z.object({
  ...keyed,
  /** Of the newest state: `<rank>#<time>#<event id>`, which sorts as text. */
  wantedOrder: z.string(),
  /** The newest state: an announcement as JSON. */
  content: z.string(),
  /** Of the state that the channel shows; absent until it shows one. */
  shownOrder: z.optional(z.string()),
  /** Whether that was an end. */
  shownCloses: z.optional(z.boolean()),
  receipt: z.optional(receiptSchema),
  /** Who is sending, and until when nobody else may. */
  holder: z.optional(z.string()),
  leaseUntilMilliseconds: z.optional(z.number()),
  expiresAt: z.number(),
});
export type NotificationRecord = z.infer<typeof notificationRecord>;

/** The message that begins the thread of a release in one channel. */
export const notificationThreadRecord = z.object({ ...keyed, receipt: receiptSchema, expiresAt: z.number() });
export type NotificationThreadRecord = z.infer<typeof notificationThreadRecord>;

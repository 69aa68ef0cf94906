// The notifier: an event becomes one edited message per subject and channel, and nothing that was accepted is lost.
import type { NotificationsConfiguration } from '../../config/notifications-schema.ts';
import type { Receipt } from '../../contracts/ledger/notifications.ts';
import type { Announcement } from '../../contracts/notifications.ts';
import { AppError } from '../app-error.ts';
import { type ChannelName, findChannels } from './find-channels.ts';

/** A channel, made real by an adapter. */
export interface Channel {
  /**
   * Shows the state. May be called again with the same state: what `keep` was given before is then `known`.
   * @throws AppError; a retryable one when a later try can help.
   */
  show(announcement: Announcement, context: ShowContext): Promise<void>;
}

export interface ShowContext {
  readonly channel: ChannelName;
  /** Where an earlier state of the subject stands; absent: begin a message. */
  readonly known: Receipt | undefined;
  /** The message that begins the release's thread, where there is one. */
  readonly thread: Receipt | undefined;
  /** To be called as soon as the message stands, before anything else that can fail. */
  keep(receipt: Receipt): Promise<void>;
}

export interface Pending {
  readonly announcement: Announcement;
  readonly order: string;
  readonly receipt: Receipt | undefined;
  /** Whether the state that the channel shows now is an end. */
  readonly showsEnd: boolean;
}

/** What is to be told and what was, per subject and channel. Every write is conditional. */
export interface NotificationOutbox {
  /** The channels that have a record of the subject. */
  listChannels(subject: string): Promise<readonly string[]>;
  /** Keeps it as what is to be shown, unless something newer is kept. */
  record(channel: ChannelName, announcement: Announcement, order: string): Promise<void>;
  /** What is to be shown and is not yet, for this holder alone; undefined when nothing is left or another is at it. */
  take(channel: ChannelName, subject: string, holder: string): Promise<Pending | undefined>;
  keepReceipt(channel: ChannelName, subject: string, holder: string, receipt: Receipt): Promise<void>;
  /** `done`: shown, and nothing newer came meanwhile; `more`: something did; `lost`: somebody took over. */
  complete(channel: ChannelName, subject: string, holder: string, pending: Pending): Promise<'done' | 'more' | 'lost'>;
  /** We failed: whoever comes next may try at once. */
  giveBack(channel: ChannelName, subject: string, holder: string): Promise<void>;
  findThread(channel: ChannelName, release: string): Promise<Receipt | undefined>;
  /** The first message of a release begins its thread; later ones change nothing. */
  beginThread(channel: ChannelName, release: string, receipt: Receipt): Promise<void>;
}

export interface NotifierPorts {
  readonly outbox: NotificationOutbox;
  channelOf(name: ChannelName): Channel;
  /** Told of each failure; the last word is the error that is thrown. */
  onFailure(channel: ChannelName, error: unknown): void;
}

/**
 * Records the state for every channel that is to hear of it, then sends whatever each of them has not been shown. A failing channel holds
 * up no other. Returns where it was told.
 * @throws the first failure, a retryable one if there is one: the event then comes again, and finds what is left to do.
 */
export async function tellPeople(
  ports: NotifierPorts,
  notifications: NotificationsConfiguration,
  { announcement, order, holder }: { announcement: Announcement; order: string; holder: string },
): Promise<readonly ChannelName[]> {
  const { outbox, channelOf, onFailure } = ports;
  const { subject } = announcement;
  const channels = findChannels(notifications, announcement, await outbox.listChannels(subject));
  for (const channel of channels) await outbox.record(channel, announcement, order);
  const failures: unknown[] = [];
  for (const channel of channels) {
    try {
      await sendWhatIsLeft(outbox, channelOf(channel), channel, subject, holder);
    } catch (error) {
      onFailure(channel, error);
      failures.push(error);
    }
  }
  if (failures.length === 0) return channels;
  throw failures.find((error) => error instanceof AppError && error.retryable) ?? failures[0];
}

async function sendWhatIsLeft(
  outbox: NotificationOutbox,
  channel: Channel,
  name: ChannelName,
  subject: string,
  holder: string,
): Promise<void> {
  for (;;) {
    const pending = await outbox.take(name, subject, holder);
    if (pending === undefined) return;
    try {
      await show(outbox, channel, name, pending, holder);
    } catch (error) {
      // The first error is the one to report; a lease that could not be given back runs out by itself.
      await outbox.giveBack(name, subject, holder).catch(() => undefined);
      throw error;
    }
    if ((await outbox.complete(name, subject, holder, pending)) !== 'more') return;
  }
}

async function show(
  outbox: NotificationOutbox,
  channel: Channel,
  name: ChannelName,
  { announcement, receipt, showsEnd }: Pending,
  holder: string,
): Promise<void> {
  const { subject, release, recurring = false } = announcement;
  // What came back after its end is news: an edit far up in the channel would be seen by nobody.
  const known = recurring && showsEnd ? undefined : receipt;
  const thread = release === undefined || known !== undefined ? undefined : await outbox.findThread(name, release);
  await channel.show(announcement, {
    channel: name,
    known,
    thread,
    async keep(kept) {
      await outbox.keepReceipt(name, subject, holder, kept);
      if (release !== undefined && kept.thread === undefined) await outbox.beginThread(name, release, kept);
    },
  });
}

// Slack as a channel: one message per subject, edited as its state changes; details go into its thread.

import type { Receipt } from '../../contracts/ledger/notifications.ts';
import { AppError } from '../../core/app-error.ts';
import type { Clock } from '../../core/clock.ts';
import { renderSlack, renderSlackDetails, type SlackContent } from '../../core/notifications/render-slack.ts';
import type { Channel } from '../../core/notifications/tell-people.ts';
import type { AddressReader } from './address-reader.ts';
import type { SecretReader } from './secret-reader.ts';
import { createSlackClient } from './slack-client.ts';

/** What Slack says of a message that is gone, or that the workspace no longer lets us edit. */
const lostMessage = ['message_not_found', 'cant_update_message', 'edit_window_closed'];

/** Throws what a later try can mend as such; `ForbiddenError` and `NotFoundError` want a person. */
export function createSlackChannel(
  address: AddressReader,
  secret: SecretReader<{ readonly token: string }>,
  clock: Clock,
): Channel {
  const call = createSlackClient(address, secret, clock);

  /** Undefined when the thread that it was to go into is gone. */
  async function post(
    channel: string,
    content: SlackContent,
    thread?: string,
    isAloud = false,
  ): Promise<Receipt | undefined> {
    const reply = thread === undefined ? {} : { thread_ts: thread, ...(isAloud && { reply_broadcast: true }) };
    const message = { channel, ...content, unfurl_links: false, unfurl_media: false, ...reply };
    const answer = await call('chat.postMessage', message);
    if (answer.ok) return { id: answer.ts, place: answer.channel, ...(thread !== undefined && { thread }) };
    if (answer.error === 'thread_not_found') return undefined;
    throw new AppError('NotFoundError', `Slack takes no message for ${channel}: ${answer.error}`);
  }

  /** Whether the message still stands. An edit that is made twice changes nothing. */
  async function edit(place: string, ts: string, content: SlackContent): Promise<boolean> {
    const answer = await call('chat.update', { channel: place, ts, ...content });
    if (answer.ok) return true;
    if (lostMessage.includes(answer.error)) return false;
    throw new AppError('NotFoundError', `Slack takes no edit of ${ts} in ${place}: ${answer.error}`);
  }

  return {
    async show(announcement, { channel, known, thread, keep }) {
      const content = renderSlack(announcement);
      const isEdited = known?.place !== undefined && (await edit(known.place, known.id, content));
      let receipt = isEdited ? known : undefined;
      if (receipt === undefined) {
        const name = channel.replace(/^slack/, '');
        // Within its release's thread it is shown in the channel as well: who follows the channel misses nothing.
        receipt = thread === undefined ? undefined : await post(name, content, thread.id, true);
        receipt ??= await post(name, content);
        if (receipt === undefined) return;
        await keep(receipt);
      }
      // An edit rings for nobody: an end that somebody has to know of is said aloud as well.
      const aloud = isEdited && announcement.closes && announcement.severity !== 'info';
      const details = renderSlackDetails(announcement, aloud);
      if (details === undefined || receipt.place === undefined) return;
      await post(receipt.place, details, receipt.thread ?? receipt.id, aloud);
    },
  };
}

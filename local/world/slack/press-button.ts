// What Slack posts to an app when a person presses a button, signed as Slack signs it.
// https://docs.slack.dev/reference/interaction-payloads/block_actions-payload
// https://docs.slack.dev/authentication/verifying-requests-from-slack
import { createHmac } from 'node:crypto';
import type { SlackMessage } from './methods.ts';

export interface Press {
  readonly messageTs: string;
  readonly actionId: string;
  /** The button's value, where it is not read off the message. */
  readonly value?: string;
  readonly userId: string;
}

/** The form-encoded body with its `payload`. */
export function buildInteraction(
  message: SlackMessage,
  press: Press,
  users: Readonly<Record<string, { readonly name: string }>>,
): string {
  const payload = {
    type: 'block_actions',
    user: { id: press.userId, username: users[press.userId]?.name ?? press.userId },
    container: { type: 'message', message_ts: message.ts, channel_id: message.channel },
    trigger_id: `trigger.${message.ts}`,
    channel: { id: message.channel, name: message.channel.slice(1) },
    message: { type: 'message', ts: message.ts, text: message.text, blocks: message.blocks },
    actions: [
      {
        type: 'button',
        action_id: press.actionId,
        value: press.value ?? findValue(message.blocks, press.actionId),
        action_ts: message.ts,
      },
    ],
  };
  return new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
}

/** Headers of version v0 of Slack's signature. */
export function signInteraction(body: string, timestampSeconds: number, signingSecret: string): Record<string, string> {
  const signature = createHmac('sha256', signingSecret).update(`v0:${timestampSeconds}:${body}`).digest('hex');
  return { 'x-slack-request-timestamp': String(timestampSeconds), 'x-slack-signature': `v0=${signature}` };
}

function findValue(blocks: readonly unknown[], actionId: string): string | undefined {
  const elements = blocks.flatMap(
    (block) => (block as { elements?: readonly { action_id?: string; value?: string }[] }).elements ?? [],
  );
  return elements.find((element) => element.action_id === actionId)?.value;
}

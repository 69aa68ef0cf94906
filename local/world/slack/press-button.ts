// What Slack posts to an app when a person presses a button, signed as Slack signs it.
// https://docs.slack.dev/reference/interaction-payloads/block_actions-payload
// https://docs.slack.dev/authentication/verifying-requests-from-slack
import { createHmac } from 'node:crypto';
import type { SlackMessage } from './methods.ts';

export interface Press {
  readonly messageTs: string;
  readonly actionId: string;
  /** Where a message has several buttons of one action: the value of the one that is meant. */
  readonly value?: string;
  readonly userId: string;
  /** Where the app's name leads just now; its own address by default. */
  readonly at?: string;
}

interface Button {
  readonly type?: unknown;
  readonly action_id?: unknown;
  readonly value?: unknown;
  readonly text?: unknown;
  readonly style?: unknown;
}

interface ButtonBlock {
  readonly block_id?: unknown;
  readonly elements?: readonly Button[];
  readonly accessory?: Button;
}

/** The form-encoded body with its `payload`. Throws when the message has no such button. */
export function buildInteraction(interaction: {
  readonly message: SlackMessage;
  readonly channelId: string;
  readonly press: Press;
  readonly userName: string;
  /** Where the app may answer within half an hour. */
  readonly responseUrl: string;
  readonly nowMilliseconds: number;
}): string {
  const { message, channelId, press, userName, responseUrl, nowMilliseconds } = interaction;
  const { button, blockId } = getButton(message, press);
  const payload = {
    type: 'block_actions',
    user: { id: press.userId, username: userName, name: userName, team_id: 'T00000001' },
    api_app_id: 'A00000001',
    token: 'deprecated',
    container: { type: 'message', message_ts: message.ts, channel_id: channelId, is_ephemeral: false },
    trigger_id: `${nowMilliseconds}.1.${message.ts}`,
    team: { id: 'T00000001', domain: 'pyairtable' },
    enterprise: null,
    is_enterprise_install: false,
    channel: { id: channelId, name: message.channel.slice(1) },
    message: {
      type: 'message',
      user: 'U00000001',
      bot_id: 'B00000001',
      app_id: 'A00000001',
      team: 'T00000001',
      ts: message.ts,
      text: message.text,
      blocks: message.blocks,
      ...(message.threadTs !== undefined && { thread_ts: message.threadTs }),
    },
    state: { values: {} },
    response_url: responseUrl,
    actions: [{ ...button, block_id: blockId, action_ts: (nowMilliseconds / 1000).toFixed(6) }],
  };
  return new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
}

/** Headers of version v0 of Slack's signature. */
export function signInteraction(body: string, timestampSeconds: number, signingSecret: string): Record<string, string> {
  const signature = createHmac('sha256', signingSecret).update(`v0:${timestampSeconds}:${body}`).digest('hex');
  return { 'x-slack-request-timestamp': String(timestampSeconds), 'x-slack-signature': `v0=${signature}` };
}

function getButton(message: SlackMessage, { actionId, value }: Press): { button: Button; blockId: string } {
  const buttons = message.blocks.flatMap((block, index) => {
    const { elements = [], accessory, block_id: blockId = `block-${index}` } = (block ?? {}) as ButtonBlock;
    return [...elements, ...(accessory ? [accessory] : [])]
      .filter(({ type }) => type === 'button')
      .map((button) => ({ button, blockId: String(blockId) }));
  });
  const found = buttons.find(
    ({ button }) => button.action_id === actionId && (value === undefined || button.value === value),
  );
  if (found) return found;
  const known = buttons.map(({ button }) => String(button.action_id)).join(', ') || 'none';
  throw new Error(`message ${message.ts} has no button "${actionId}": it has ${known}`);
}

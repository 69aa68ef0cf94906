// Methods of the Slack Web API, with Slack's own error words. https://docs.slack.dev/reference/methods
import type { Clock } from '../../clock/clock.ts';
import type { Table } from '../../storage/store.ts';

export interface SlackMessage {
  /** Seconds and a counter: the message's id within its channel. */
  readonly ts: string;
  /** `#name`. */
  readonly channel: string;
  readonly text: string;
  readonly blocks: readonly unknown[];
  readonly threadTs: string | undefined;
  /** Of a reply in a thread: it is shown in the channel too. */
  readonly isBroadcast?: boolean;
  /** How often it was edited. */
  readonly edits: number;
}

/** A refusal in Slack's words, e.g. `channel_not_found`. */
export class SlackRefusal extends Error {}

export interface MethodParts {
  readonly clock: Pick<Clock, 'now'>;
  readonly messages: Table<SlackMessage>;
  readonly channels: readonly string[];
  readonly users: Readonly<Record<string, { readonly name: string; readonly email: string }>>;
}

export type SlackMethod = (input: Readonly<Record<string, unknown>>) => Record<string, unknown>;

/** The longest text of a message. */
const textLimit = 40_000;

/** `C…`: the id of a channel, by its place in the workspace. */
export function channelId(channels: readonly string[], channel: string): string {
  return `C${String(channels.indexOf(channel) + 1).padStart(8, '0')}`;
}

/** The methods by name; each gives its answer without `ok`, or throws SlackRefusal. */
export function createMethods({
  clock,
  messages,
  channels,
  users,
}: MethodParts): Readonly<Record<string, SlackMethod>> {
  let counter = messages.size;
  const idOf = (channel: string): string => channelId(channels, channel);
  const getChannel = (given: unknown): string => {
    const found = channels.find((channel) => [channel, channel.slice(1), idOf(channel)].includes(String(given)));
    if (found === undefined) throw new SlackRefusal('channel_not_found');
    return found;
  };
  const readContent = ({ text = '', blocks = [] }: Readonly<Record<string, unknown>>) => {
    if (text === '' && (!Array.isArray(blocks) || blocks.length === 0)) throw new SlackRefusal('no_text');
    if (String(text).length > textLimit) throw new SlackRefusal('msg_too_long');
    if (!Array.isArray(blocks) || blocks.length > 50) throw new SlackRefusal('invalid_blocks');
    return { text: String(text), blocks };
  };
  const present = ({ text, blocks, ts, threadTs }: SlackMessage) => ({
    type: 'message',
    text,
    blocks,
    ts,
    ...(threadTs === undefined ? {} : { thread_ts: threadTs }),
  });

  return {
    'auth.test': () => ({
      url: 'https://pyairtable.slack.com/',
      team: 'pyairtable',
      user: 'automation',
      team_id: 'T00000001',
      user_id: 'U00000001',
    }),
    'chat.postMessage': (input) => {
      const channel = getChannel(input.channel);
      const content = readContent(input);
      const threadTs = input.thread_ts === undefined ? undefined : String(input.thread_ts);
      if (threadTs !== undefined && !messages.has(threadTs)) throw new SlackRefusal('thread_not_found');
      counter += 1;
      const ts = `${Math.floor(clock.now() / 1000)}.${String(counter).padStart(6, '0')}`;
      const isBroadcast = threadTs !== undefined && input.reply_broadcast === true;
      const message: SlackMessage = { ts, channel, ...content, threadTs, isBroadcast, edits: 0 };
      messages.put(ts, message);
      return { channel: idOf(channel), ts, message: present(message) };
    },
    'chat.update': (input) => {
      const channel = getChannel(input.channel);
      // Unlike posting, an edit takes the channel's id only.
      if (input.channel !== idOf(channel)) throw new SlackRefusal('channel_not_found');
      const known = messages.get(String(input.ts));
      if (known === undefined || known.channel !== channel) throw new SlackRefusal('message_not_found');
      const message: SlackMessage = { ...known, ...readContent(input), edits: known.edits + 1 };
      messages.put(known.ts, message);
      return { channel: idOf(channel), ts: known.ts, text: message.text, message: present(message) };
    },
    'conversations.list': ({ cursor, limit }) => {
      const start = cursor ? Number(Buffer.from(String(cursor), 'base64').toString()) : 0;
      if (!(start >= 0)) throw new SlackRefusal('invalid_cursor');
      const end = start + (Number(limit) > 0 ? Math.min(Number(limit), 1_000) : 100);
      return {
        channels: channels.slice(start, end).map((channel) => ({
          id: idOf(channel),
          name: channel.slice(1),
          is_channel: true,
          is_group: false,
          is_im: false,
          is_private: false,
          is_archived: false,
          is_member: true,
        })),
        response_metadata: { next_cursor: end < channels.length ? Buffer.from(String(end)).toString('base64') : '' },
      };
    },
    'users.info': (input) => {
      const user = users[String(input.user)];
      if (user === undefined) throw new SlackRefusal('user_not_found');
      return {
        user: { id: String(input.user), name: user.name, profile: { email: user.email, real_name: user.name } },
      };
    },
    'users.lookupByEmail': (input) => {
      const [id, user] = Object.entries(users).find(([, { email }]) => email === input.email) ?? [];
      if (id === undefined || user === undefined) throw new SlackRefusal('users_not_found');
      return { user: { id, name: user.name, profile: { email: user.email, real_name: user.name } } };
    },
  };
}

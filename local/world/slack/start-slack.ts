// A Slack workspace on this machine: the Web API that a notifier uses, and a person who presses buttons.
import { mkdir } from 'node:fs/promises';
import { openJournalStore } from '../../storage/journal-store.ts';
import { createFaultRules, type HttpFault } from '../fault-rules.ts';
import { answerJson, type HttpRequest, startHttpServer } from '../http-server.ts';
import { compilePathPattern, type PathParameters } from '../path-pattern.ts';
import { machineClock, type WorldOptions } from '../world-options.ts';
import { channelId, createMethods, type SlackMessage, SlackRefusal } from './methods.ts';
import { buildInteraction, type Press, signInteraction } from './press-button.ts';
import { renderText } from './render-text.ts';

export interface SlackOptions extends WorldOptions {
  /** The bot token that apps must present. */
  readonly token: string;
  /** Signs what Slack sends to an app. */
  readonly signingSecret?: string;
  /** Where interactions are posted to. */
  readonly interactionUrl?: string;
  readonly channels: readonly string[];
  /** Members by id. */
  readonly users?: Readonly<Record<string, { readonly name: string; readonly email: string }>>;
}

export interface Slack {
  /** Base of the Web API, as `https://slack.com/api`. */
  readonly url: string;
  /** Everything posted, oldest first, as it reads now. */
  messages(): readonly SlackMessage[];
  /** Posts what Slack would when a person presses a button of a message. Resolves with the app's answer. */
  pressButton(press: Press): Promise<{ readonly status: number; readonly body: string }>;
  /** Makes the next matching requests fail, e.g. `{ path: '/api/chat.postMessage', status: 429, headers: { 'retry-after': '30' } }`. */
  inject(fault: HttpFault): void;
  clearFaults(): void;
  stop(): Promise<void>;
}

/** Starts the workspace, or goes on with what an earlier run left in its directory. */
export async function startSlack(options: SlackOptions): Promise<Slack> {
  const { directory, token, trace, clock = machineClock } = options;
  await mkdir(directory, { recursive: true });
  const store = await openJournalStore(directory);
  const messages = store.table<SlackMessage>('slack/messages');
  const methods = createMethods({ ...options, clock, messages, users: options.users ?? {} });
  const faults = createFaultRules((fault) => ({
    ...fault,
    body: fault.body ?? { ok: false, error: fault.status === 429 ? 'ratelimited' : 'internal_error' },
  }));

  async function handle(request: HttpRequest) {
    const name = request.path.replace(/^\/api\//, '');
    const response = matchResponse(request.path);
    try {
      if (response) return await answerInteraction(response, request);
      const method = methods[name];
      if (method === undefined) throw new SlackRefusal('unknown_method');
      const input = readArguments(request);
      const presented = request.headers.authorization?.replace(/^Bearer /, '') ?? input.token;
      if (presented === undefined) throw new SlackRefusal('not_authed');
      if (presented !== token) throw new SlackRefusal('invalid_auth');
      const answer = method(input);
      await store.flush();
      if (name === 'chat.postMessage' || name === 'chat.update') recordMessage(name, answer.ts);
      return answerJson(200, { ok: true, ...answer });
    } catch (error) {
      if (error instanceof SlackRefusal) return answerJson(200, { ok: false, error: error.message });
      throw error;
    }
  }

  /** An app answers an interaction at its response URL: it replaces the message or adds one. */
  async function answerInteraction({ channel, ts }: PathParameters, request: HttpRequest) {
    const { replace_original: isReplacing, ...content } = readArguments(request);
    const name = isReplacing === true ? 'chat.update' : 'chat.postMessage';
    const answer = methods[name]?.({ ...content, channel, ts });
    await store.flush();
    recordMessage(name, answer?.ts);
    return answerJson(200, { ok: true });
  }

  function recordMessage(name: string, ts: unknown): void {
    const message = messages.get(String(ts));
    if (message === undefined) return;
    const { channel, text, blocks, threadTs } = message;
    trace?.record({
      service: 'slack',
      name: name === 'chat.update' ? 'message-updated' : 'message-posted',
      subject: channel,
      details: { text, readable: renderText(text, blocks), ts, ...(threadTs !== undefined && { threadTs }) },
    });
  }

  const server = await startHttpServer({
    ...(options.port === undefined ? {} : { port: options.port }),
    handle,
    faults,
  });
  return {
    url: `${server.url}/api`,
    messages: () => [...messages.values()],
    inject: (fault) => faults.inject(fault),
    clearFaults: () => faults.clear(),
    async pressButton(press) {
      const message = messages.get(press.messageTs);
      if (message === undefined) throw new Error(`no message ${press.messageTs} in this workspace`);
      const url = press.at ?? options.interactionUrl;
      if (url === undefined) throw new Error('this workspace was started without an interactionUrl');
      const user = options.users?.[press.userId];
      const id = channelId(options.channels, message.channel);
      const body = buildInteraction({
        message,
        channelId: id,
        press,
        userName: user?.name ?? press.userId,
        responseUrl: `${server.url}/actions/${id}/${message.ts}`,
        nowMilliseconds: clock.now(),
      });
      trace?.record({
        service: 'slack',
        name: 'button-pressed',
        subject: message.channel,
        details: { user: user?.name ?? press.userId, action: press.actionId, ts: message.ts },
      });
      const timestampSeconds = Math.floor(clock.now() / 1000);
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          ...signInteraction(body, timestampSeconds, options.signingSecret ?? ''),
        },
        body,
      });
      return { status: response.status, body: await response.text() };
    },
    async stop() {
      await server.stop();
      await store.close();
    },
  };
}

const matchResponse = compilePathPattern('/actions/{channel}/{ts}');

/** Slack takes arguments as JSON, as a form or in the query. */
function readArguments(request: HttpRequest): Record<string, unknown> {
  const text = request.body.toString();
  if (request.headers['content-type']?.startsWith('application/json')) {
    const value = text === '' ? {} : parseJson(text, 'invalid_json');
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new SlackRefusal('json_not_object');
    return value as Record<string, unknown>;
  }
  const entries = [...request.query, ...new URLSearchParams(text)];
  return Object.fromEntries(
    entries.map(([key, value]) => [key, key === 'blocks' ? parseJson(value, 'invalid_blocks_format') : value]),
  );
}

function parseJson(text: string, refusal: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new SlackRefusal(refusal);
  }
}

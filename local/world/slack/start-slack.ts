// A Slack workspace on this machine: the Web API that a notifier uses, and a person who presses buttons.
import { mkdir } from 'node:fs/promises';
import { openJournalStore } from '../../storage/journal-store.ts';
import { createFaultRules, type HttpFault } from '../fault-rules.ts';
import { answerJson, type HttpRequest, startHttpServer } from '../http-server.ts';
import { machineClock, type WorldOptions } from '../world-options.ts';
import { createMethods, type SlackMessage, SlackRefusal } from './methods.ts';
import { buildInteraction, type Press, signInteraction } from './press-button.ts';

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
  inject(fault: HttpFault): void;
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
    body: fault.body ?? { ok: false, error: 'internal_error' },
  }));

  async function handle(request: HttpRequest) {
    const name = request.path.replace(/^\/api\//, '');
    const method = methods[name];
    if (method === undefined) return answerJson(200, { ok: false, error: 'unknown_method' });
    const presented = request.headers.authorization?.replace(/^Bearer /, '');
    if (presented === undefined) return answerJson(200, { ok: false, error: 'not_authed' });
    if (presented !== token) return answerJson(200, { ok: false, error: 'invalid_auth' });
    try {
      const answer = method(readArguments(request));
      await store.flush();
      if (name === 'chat.postMessage' || name === 'chat.update') recordMessage(name, answer.ts);
      return answerJson(200, { ok: true, ...answer });
    } catch (error) {
      if (error instanceof SlackRefusal) return answerJson(200, { ok: false, error: error.message });
      throw error;
    }
  }

  function recordMessage(name: string, ts: unknown): void {
    const message = messages.get(String(ts));
    if (message === undefined) return;
    const { channel, text } = message;
    trace?.record({
      service: 'slack',
      name: name === 'chat.update' ? 'message-updated' : 'message-posted',
      subject: channel,
      details: { text, ts },
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
    async pressButton(press) {
      const message = messages.get(press.messageTs);
      if (message === undefined) throw new Error(`no message ${press.messageTs} in this workspace`);
      if (options.interactionUrl === undefined) throw new Error('this workspace was started without an interactionUrl');
      const body = buildInteraction(message, press, options.users ?? {});
      const timestampSeconds = Math.floor(clock.now() / 1000);
      const response = await fetch(options.interactionUrl, {
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

/** Slack takes arguments as JSON, as a form or in the query. */
function readArguments(request: HttpRequest): Record<string, unknown> {
  const text = request.body.toString();
  if (request.headers['content-type']?.startsWith('application/json')) return text === '' ? {} : JSON.parse(text);
  const form = new URLSearchParams(text);
  const entries = [...request.query, ...form];
  return Object.fromEntries(entries.map(([key, value]) => [key, key === 'blocks' ? JSON.parse(value) : value]));
}

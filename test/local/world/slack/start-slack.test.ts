// The Slack workspace answers as Slack does, in its own words, and keeps what was posted.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Activity } from '../../../../local/trace/trace.ts';
import { type HttpRequest, startHttpServer } from '../../../../local/world/http-server.ts';
import { signInteraction } from '../../../../local/world/slack/press-button.ts';
import { type Slack, startSlack } from '../../../../local/world/slack/start-slack.ts';

let slack: Slack;
let directory: string;
const options = () => ({
  directory,
  token: 'xoxb-test',
  channels: ['#deployments'],
  users: { U2: { name: 'ada', email: 'ada@pyairtable.example' } },
});

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'slack-'));
  slack = await startSlack(options());
});
afterEach(() => slack.stop());

async function call(method: string, body: object, token = 'xoxb-test'): Promise<Record<string, unknown>> {
  const response = await fetch(`${slack.url}/${method}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify(body),
  });
  return (await response.json()) as Record<string, unknown>;
}

describe('chat.postMessage', () => {
  it('keeps the message, answers its timestamp, and takes replies in its thread', async () => {
    const { ok, ts } = await call('chat.postMessage', { channel: '#deployments', text: 'hello' });
    expect(ok).toBe(true);
    expect(await call('chat.postMessage', { channel: '#deployments', text: 'reply', thread_ts: ts })).toMatchObject({
      ok: true,
    });
    expect(slack.messages().map(({ text, threadTs }) => [text, threadTs])).toEqual([
      ['hello', undefined],
      ['reply', ts],
    ]);
  });

  it.each([
    ['channel_not_found', { channel: '#elsewhere', text: 'x' }],
    ['no_text', { channel: '#deployments' }],
    ['msg_too_long', { channel: '#deployments', text: 'x'.repeat(40_001) }],
    ['thread_not_found', { channel: '#deployments', text: 'x', thread_ts: '1.000001' }],
  ])('refuses with %s', async (error, body) => {
    expect(await call('chat.postMessage', body)).toEqual({ ok: false, error });
    expect(slack.messages()).toEqual([]);
  });

  it('refuses a wrong token', async () => {
    expect(await call('chat.postMessage', { channel: '#deployments', text: 'x' }, 'xoxb-other')).toEqual({
      ok: false,
      error: 'invalid_auth',
    });
  });

  it('can be told to limit the rate', async () => {
    slack.inject({ status: 429, headers: { 'retry-after': '3' } });
    const response = await fetch(`${slack.url}/auth.test`, {
      method: 'POST',
      headers: { authorization: 'Bearer xoxb-test' },
    });
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '3']);
  });
});

describe('chat.update', () => {
  it('edits a message in place', async () => {
    const { ts, channel } = await call('chat.postMessage', { channel: '#deployments', text: 'before' });
    await call('chat.update', { channel, ts, text: 'after' });
    expect(slack.messages()).toMatchObject([{ text: 'after', edits: 1 }]);
  });
});

describe('arguments', () => {
  it('come as a form as well, the token too', async () => {
    const form = { token: 'xoxb-test', channel: 'C00000001', blocks: '[{"type":"divider"}]', text: 'from a form' };
    const response = await fetch(`${slack.url}/chat.postMessage`, { method: 'POST', body: new URLSearchParams(form) });
    expect(await response.json()).toMatchObject({ ok: true, channel: 'C00000001' });
    expect(slack.messages()).toMatchObject([{ text: 'from a form', blocks: [{ type: 'divider' }] }]);
  });

  it.each([
    ['invalid_json', '{'],
    ['json_not_object', '[]'],
  ])('that are no JSON object are refused with %s', async (error, body) => {
    const headers = { authorization: 'Bearer xoxb-test', 'content-type': 'application/json' };
    const response = await fetch(`${slack.url}/auth.test`, { method: 'POST', headers, body });
    expect(await response.json()).toEqual({ ok: false, error });
  });

  it('need a token', async () => {
    const response = await fetch(`${slack.url}/auth.test`, { method: 'POST' });
    expect(await response.json()).toEqual({ ok: false, error: 'not_authed' });
  });
});

describe('lists', () => {
  it('of channels come in pages by cursor', async () => {
    await slack.stop();
    slack = await startSlack({ ...options(), channels: ['#one', '#two', '#three'] });
    const names = [];
    for (let cursor: string | undefined = ''; cursor !== undefined; ) {
      const page = (await call('conversations.list', { limit: 2, cursor })) as unknown as {
        channels: { name: string }[];
        response_metadata: { next_cursor: string };
      };
      names.push(page.channels.map(({ name }) => name));
      cursor = page.response_metadata.next_cursor || undefined;
    }
    expect(names).toEqual([['one', 'two'], ['three']]);
  });

  it('of users are searched by id and address', async () => {
    expect(await call('users.lookupByEmail', { email: 'ada@pyairtable.example' })).toMatchObject({
      user: { id: 'U2' },
    });
    expect(await call('users.info', { user: 'U9' })).toEqual({ ok: false, error: 'user_not_found' });
  });
});

describe('a button', () => {
  const blocks = [
    { type: 'section', text: { type: 'mrkdwn', text: 'Promote &lt;api&gt;? <https://x.example/r|details>' } },
    {
      type: 'actions',
      block_id: 'approval',
      elements: [{ type: 'button', action_id: 'approve', value: 'r-1', text: { type: 'plain_text', text: 'Approve' } }],
    },
  ];

  it('that is pressed reaches the app signed, and the app can answer in place', async () => {
    const received: HttpRequest[] = [];
    const app = await startHttpServer({
      handle(request) {
        received.push(request);
        return { status: 200, body: '' };
      },
    });
    await slack.stop();
    const activities: Omit<Activity, 'at'>[] = [];
    const trace = { record: (activity: Omit<Activity, 'at'>) => activities.push(activity) };
    const interaction = { interactionUrl: `${app.url}/slack`, signingSecret: 'shh', trace };
    slack = await startSlack({ ...options(), ...interaction });
    try {
      const { ts } = await call('chat.postMessage', { channel: '#deployments', text: 'fallback', blocks });
      expect(activities).toMatchObject([
        { details: { readable: 'Promote <api>? details (https://x.example/r)\n[Approve]' } },
      ]);
      await slack.pressButton({ messageTs: String(ts), actionId: 'approve', userId: 'U2' });
      const [request] = received;
      const body = request!.body.toString();
      const timestamp = Number(request!.headers['x-slack-request-timestamp']);
      expect(signInteraction(body, timestamp, 'shh')['x-slack-signature']).toBe(request!.headers['x-slack-signature']);
      const payload = JSON.parse(new URLSearchParams(body).get('payload')!);
      expect(payload).toMatchObject({
        type: 'block_actions',
        user: { id: 'U2', username: 'ada' },
        channel: { id: 'C00000001', name: 'deployments' },
        actions: [{ action_id: 'approve', block_id: 'approval', value: 'r-1', type: 'button' }],
      });
      const answer = { replace_original: true, text: 'Approved by ada', blocks: [] };
      const headers = { 'content-type': 'application/json' };
      await fetch(payload.response_url, { method: 'POST', headers, body: JSON.stringify(answer) });
      expect(slack.messages()).toMatchObject([{ text: 'Approved by ada', edits: 1 }]);
    } finally {
      await app.stop();
    }
  });

  it('that a message does not have cannot be pressed', async () => {
    await slack.stop();
    slack = await startSlack({ ...options(), interactionUrl: 'http://127.0.0.1:1' });
    const { ts } = await call('chat.postMessage', { channel: '#deployments', text: 'x', blocks });
    await expect(slack.pressButton({ messageTs: String(ts), actionId: 'reject', userId: 'U2' })).rejects.toThrow(
      'has no button "reject": it has approve',
    );
  });
});

it('remembers over a restart', async () => {
  await call('chat.postMessage', { channel: '#deployments', text: 'kept' });
  await slack.stop();
  slack = await startSlack(options());
  expect(slack.messages().map(({ text }) => text)).toEqual(['kept']);
});

it('signs interactions as the documentation shows', () => {
  // The vector of https://docs.slack.dev/authentication/verifying-requests-from-slack
  const body =
    'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c';
  expect(signInteraction(body, 1531420618, '8f742231b10e8888abcd99yyyzzz85a5')['x-slack-signature']).toBe(
    'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
  );
});

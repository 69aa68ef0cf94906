// The Slack workspace answers as Slack does, in its own words, and keeps what was posted.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
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
    const { ts } = await call('chat.postMessage', { channel: '#deployments', text: 'before' });
    await call('chat.update', { channel: '#deployments', ts, text: 'after' });
    expect(slack.messages()).toMatchObject([{ text: 'after', edits: 1 }]);
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

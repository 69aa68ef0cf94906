// Tests of the Slack messenger against a loopback Slack.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createSlackMessenger } from '../../../lambdas/adapters/slack-messenger.ts';

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function open(answers: readonly { status?: number; body?: object }[]) {
  const tokens: (string | undefined)[] = [];
  const bodies: unknown[] = [];
  const server = createServer(async (request, response) => {
    tokens.push(request.headers.authorization);
    bodies.push(JSON.parse(Buffer.concat(await request.toArray()).toString()));
    const { status = 200, body = { ok: true } } = answers[tokens.length - 1] ?? {};
    response.writeHead(status).end(JSON.stringify(body));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const secret = { read: async ({ refresh = false } = {}) => ({ token: refresh ? 'new' : 'old' }) };
  return { post: createSlackMessenger(async () => base, secret), tokens, bodies };
}
const message = { channel: '#deployments', text: 'hello', blocks: [] };

describe('the Slack messenger', () => {
  it('posts the message to its channel', async () => {
    const { post, bodies } = await open([{}]);
    await post(message);
    expect(bodies).toEqual([{ ...message, unfurl_links: false }]);
  });

  it('goes on with a renewed token', async () => {
    const { post, tokens } = await open([{ body: { ok: false, error: 'token_expired' } }, {}]);
    await post(message);
    expect(tokens).toEqual(['Bearer old', 'Bearer new']);
  });

  it.each([
    [{ status: 429 }, 'ThrottledError', true],
    [{ status: 503 }, 'UpstreamUnavailableError', true],
    [{ body: { ok: false, error: 'channel_not_found' } }, 'NotFoundError', false],
  ])('throws for %j, so that the event is not lost', async (answer, name, retryable) => {
    const { post } = await open([answer, answer]);
    await expect(post(message)).rejects.toMatchObject({ name, retryable });
  });
});

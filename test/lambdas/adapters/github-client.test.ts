// Tests of the GitHub client against a loopback server that fails as GitHub does.
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createGitHubClient } from '../../../lambdas/adapters/github-client.ts';

type Reply = { status: number; body?: unknown; headers?: Record<string, string> } | 'hang up';

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

/** Answers one reply after the other, the last one for ever. */
async function open(replies: readonly Reply[], tokens = ['token-1', 'token-2']) {
  const requests: { method: string; path: string; token: string | undefined }[] = [];
  const slept: number[] = [];
  const server = createServer((request: IncomingMessage, response) => {
    requests.push({ method: request.method ?? '', path: request.url ?? '', token: request.headers.authorization });
    const reply = replies[Math.min(requests.length - 1, replies.length - 1)] ?? 'hang up';
    if (reply === 'hang up') return void request.socket.destroy();
    response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers });
    response.end(JSON.stringify(reply.body ?? {}));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  let version = 0;
  const clock = { now: () => 1_000_000, sleep: async (milliseconds: number) => void slept.push(milliseconds) };
  const secret = {
    async read({ refresh = false } = {}) {
      if (refresh) version += 1;
      return { token: tokens[version] ?? 'none' };
    },
  };
  return { client: createGitHubClient(async () => `http://127.0.0.1:${port}`, secret, clock), requests, slept };
}

const get = 'GET /repos/{owner}/{repo}';
const parameters = { owner: 'o', repo: 'r' };

describe('the GitHub client', () => {
  it('answers with what GitHub says, refusals included', async () => {
    const { client } = await open([{ status: 404, body: { message: 'Not Found' } }]);
    expect(await client(get, parameters)).toMatchObject({ status: 404, data: { message: 'Not Found' } });
  });

  it.each([[{ status: 502 } as const], ['hang up' as const]])('tries a read again after %j', async (fault) => {
    const { client, requests } = await open([fault, fault, { status: 200, body: { id: 1 } }]);
    expect(await client(get, parameters)).toMatchObject({ status: 200 });
    expect(requests).toHaveLength(3);
  });

  it('gives up after a bounded number of tries', async () => {
    const { client, requests } = await open([{ status: 500 }]);
    await expect(client(get, parameters)).rejects.toMatchObject({ name: 'UpstreamUnavailableError', retryable: true });
    expect(requests).toHaveLength(3);
  });

  it('never repeats by itself what may have moved a branch', async () => {
    const { client, requests } = await open([{ status: 500 }]);
    const route = 'PATCH /repos/{owner}/{repo}/git/refs/{ref}';
    await expect(client(route, { ...parameters, ref: 'heads/main' })).rejects.toMatchObject({
      name: 'UpstreamUnavailableError',
    });
    expect(requests).toHaveLength(1);
  });

  it('repeats the creation of Git objects, whose names are digests', async () => {
    const { client, requests } = await open([{ status: 500 }, { status: 201, body: { sha: 's' } }]);
    expect(await client('POST /repos/{owner}/{repo}/git/blobs', { ...parameters, content: 'x' })).toMatchObject({
      status: 201,
    });
    expect(requests).toHaveLength(2);
  });

  it('reads its secret anew when it is refused, and goes on with the new token', async () => {
    const { client, requests } = await open([{ status: 401 }, { status: 200 }]);
    expect(await client(get, parameters)).toMatchObject({ status: 200 });
    expect(requests.map(({ token }) => token)).toEqual(['token token-1', 'token token-2']);
  });

  it('says what to do when it stays refused, and tells no token', async () => {
    const { client } = await open([{ status: 401 }]);
    const error = await client(get, parameters).catch((thrown: Error) => thrown);
    expect(error).toMatchObject({ name: 'AccessRefusedError' });
    expect(JSON.stringify(error) + String(error)).not.toContain('token-');
  });

  it('waits as long as GitHub asks when that is short', async () => {
    const { client, slept } = await open([{ status: 429, headers: { 'retry-after': '2' } }, { status: 200 }]);
    expect(await client(get, parameters)).toMatchObject({ status: 200 });
    expect(slept).toEqual([2_000]);
  });

  it.each<Record<string, string>>([
    { 'retry-after': '60' },
    { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '4600' },
  ])('leaves a longer limit to the workflow: %j', async (headers) => {
    const { client, slept } = await open([{ status: 403, headers }]);
    await expect(client(get, parameters)).rejects.toMatchObject({ name: 'ThrottledError', retryable: true });
    expect(slept).toEqual([]);
  });
});

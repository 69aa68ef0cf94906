import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { advanceLocalClock, parseDuration, readLocalClock } from '../../../cli/commands/control-local-runtime.ts';

describe('a duration on the command line', () => {
  it.each([
    ['90s', 90_000],
    ['15m', 900_000],
    ['2h', 7_200_000],
    ['30d', 2_592_000_000],
  ])('%s is %s ms', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });

  it.each(['', '3', 'd', '3x', '-3d', '1.5h', '3d4h', '3 d'])('"%s" is none, and is told what one is', (text) => {
    expect(() => parseDuration(text)).toThrow(/a number and s, m, h or d, such as 30d/);
  });
});

describe('the local runtime', () => {
  it('is asked over its control API', async () => {
    const asked: string[] = [];
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      asked.push(`${request.method} ${request.url} ${Buffer.concat(chunks)}`);
      response.end('{"now":"2026-01-01T00:00:00.000Z","offsetMilliseconds":60000}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    expect(await advanceLocalClock(endpoint, '1m')).toMatchObject({ offsetMilliseconds: 60_000 });
    await readLocalClock(endpoint);
    expect(asked).toEqual(['POST /_local/clock/advance {"milliseconds":60000}', 'GET /_local/clock ']);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await expect(readLocalClock(endpoint)).rejects.toMatchObject({ exitCode: 4 });
  });

  it('has to be named', async () => {
    await expect(readLocalClock(undefined)).rejects.toMatchObject({ exitCode: 2 });
  });
});

// The program as scripts meet it: exit codes, and where it writes.
import { spawnSync } from 'node:child_process';
import { createServer } from 'node:net';
import { describe, expect, it, jest } from '@jest/globals';

function run(...args: string[]) {
  const { AWS_ENDPOINT_URL: _, NODE_OPTIONS: __, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['cli/automation.ts', ...args], {
    encoding: 'utf8',
    env: { ...env, NODE_OPTIONS: '--disable-warning=ExperimentalWarning' },
  });
  return { status, stdout, stderr };
}

/** A port on which nothing listens. */
async function findClosedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Starting a program takes its time on a busy machine. */
jest.setTimeout(60_000);

describe('automation', () => {
  it('explains itself', () => {
    expect(run('--help')).toMatchObject({
      status: 0,
      stderr: '',
      stdout: expect.stringContaining('Exit codes: 0 done'),
    });
  });

  it.each([
    [['nonsense']],
    [['promote', 'api-gateway']],
    [['events', '--limit', 'many']],
    [['local', 'clock', 'advance', '3x', '--endpoint-url', 'http://127.0.0.1:1']],
  ])('says that %j is wrong usage', (args) => {
    expect(run(...args)).toMatchObject({ status: 2, stdout: '', stderr: expect.stringMatching(/\S/) });
  });

  it('says that nothing answers', async () => {
    const endpoint = `http://127.0.0.1:${await findClosedPort()}`;
    const message = expect.stringContaining(`nothing answers at ${endpoint}`);
    expect(run('status', '--endpoint-url', endpoint)).toMatchObject({ status: 4, stdout: '', stderr: message });
  });
});

// Executions on a Restate server, as it comes, with its data in a folder of the bench.
import { spawn } from 'node:child_process';
import { Agent } from 'node:http';
import { join } from 'node:path';
import { findFreePorts } from '../../local/world/find-free-ports.ts';
import { openContestant } from '../contestant.ts';
import { installNpmPeer } from '../install-peer.ts';
import { post } from './post.ts';
import type { Executor } from './start-our-executions.ts';

export const restateVersion = '1.7.12';
const sdkVersion = '1.17.2';
const startSeconds = 30;

/** Its licence lets us measure it, not ship it: it is fetched here and nowhere else. @throws PeerMissing */
export async function startRestateExecutions(directory: string): Promise<Executor> {
  const peer = installNpmPeer('restate', {
    '@restatedev/restate-server': restateVersion,
    '@restatedev/restate-sdk': sdkVersion,
  });
  const service = await openContestant<undefined, string>(new URL('./restate-program.ts', import.meta.url), {
    settings: { module: peer.resolve('@restatedev/restate-sdk') },
  });
  const [node, ingress, admin] = await findFreePorts(3);
  const program = `node_modules/@restatedev/restate-server-${process.platform}-${process.arch}/bin/restate-server`;
  const server = spawn(
    join(peer.directory, program),
    [
      '--base-dir',
      join(directory, 'restate'),
      '--bind-ip',
      '127.0.0.1',
      '--bind-port',
      String(node),
      '--listen-mode',
      'tcp',
      '--no-logo',
    ],
    {
      stdio: 'ignore',
      env: {
        ...process.env,
        RESTATE_INGRESS__BIND_PORT: String(ingress),
        RESTATE_ADMIN__BIND_PORT: String(admin),
        RESTATE_DISABLE_TELEMETRY: 'true',
      },
    },
  );
  const ended = new Promise<void>((resolve) => server.once('close', () => resolve()));
  const agent = new Agent({ keepAlive: true });
  const json = { 'content-type': 'application/json' };
  const stop = async () => {
    agent.destroy();
    server.kill('SIGKILL');
    await ended;
    await service.close();
  };
  try {
    const registration = JSON.stringify({ uri: await service.round(undefined) });
    await retry(() => post(`http://127.0.0.1:${admin}/deployments`, agent, json, registration));
    const execute = async () => void (await post(`http://127.0.0.1:${ingress}/bench/threeSteps`, agent, json, '{}'));
    await retry(execute);
    return { execute, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Until the server is up. */
async function retry(attempt: () => Promise<unknown>): Promise<void> {
  const deadline = performance.now() + startSeconds * 1000;
  for (;;) {
    try {
      await attempt();
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

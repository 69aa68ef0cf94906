// The peer: Debian's `webhook`, which checks the signature and starts a command for each delivery.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { findFreePorts } from '../../local/world/find-free-ports.ts';
import { unpackDebianPeer } from '../install-peer.ts';
import { webhookSecret } from '../read-push.ts';

const startSeconds = 10;

export interface DebianWebhook {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts it on a free port; `directory` is for its settings. @throws PeerMissing */
export async function startDebianWebhook(directory: string): Promise<DebianWebhook> {
  const program = join(unpackDebianPeer('webhook'), 'usr/bin/webhook');
  const hooks = join(directory, 'hooks.json');
  const isSigned = {
    type: 'payload-hmac-sha256',
    secret: webhookSecret,
    parameter: { source: 'header', name: 'X-Hub-Signature-256' },
  };
  writeFileSync(
    hooks,
    JSON.stringify([{ id: 'github', 'execute-command': '/bin/true', 'trigger-rule': { match: isSigned } }]),
  );
  const [port = 0] = await findFreePorts(1);
  const child = spawn(program, ['-hooks', hooks, '-ip', '127.0.0.1', '-port', String(port)], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  await waitForPort(port);
  return {
    url: `http://127.0.0.1:${port}/hooks/github`,
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

async function waitForPort(port: number): Promise<void> {
  const deadline = performance.now() + startSeconds * 1000;
  while (!(await accepts(port))) {
    if (performance.now() > deadline) throw new Error(`webhook did not listen within ${startSeconds} s`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

// Runs a process to its end: how long it took, and how much memory it had at most.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface Measured {
  readonly seconds: number;
  /** Of the process itself, without its children; undefined where the system does not say. */
  readonly peakBytes: number | undefined;
}

/** @throws Error with its last words when it fails. */
export async function measureProcess(
  command: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<Measured> {
  const startedAt = performance.now();
  const child = spawn(command, [...args], {
    env: { PATH: process.env.PATH ?? '', LC_ALL: 'C', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let words = '';
  const listen = (chunk: Buffer): void => {
    words = (words + chunk.toString()).slice(-2_000);
  };
  child.stdout.on('data', listen);
  child.stderr.on('data', listen);
  let peakBytes: number | undefined;
  // The kernel keeps the peak: it only has to be asked before the end.
  const look = setInterval(() => {
    peakBytes = readPeak(child.pid) ?? peakBytes;
  }, 20);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  }).finally(() => clearInterval(look));
  if (code !== 0) throw new Error(`${command} ended with code ${code}: ${words}`);
  return { seconds: (performance.now() - startedAt) / 1000, peakBytes };
}

function readPeak(pid: number | undefined): number | undefined {
  try {
    const kilobytes = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  } catch {
    return undefined;
  }
}

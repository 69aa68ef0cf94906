// Runs a program and tells what it said when it fails.
import { spawnSync } from 'node:child_process';

/** Its standard output. @throws Error with the end of its standard error. */
export function runCommand(
  program: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): string {
  const env = { ...process.env, ...options.env };
  const { error, status, stdout, stderr } = spawnSync(program, args, {
    ...options,
    env,
    encoding: 'utf8',
    maxBuffer: 64 << 20,
  });
  if (error !== undefined) throw new Error(`${program} cannot be run: ${error.message}`);
  if (status !== 0)
    throw new Error(`${program} ${args[0]} ended with ${status}: ${stderr.trim().split('\n').slice(-3).join(' / ')}`);
  return stdout;
}

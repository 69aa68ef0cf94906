// The real command line as a process of its own, against a running system.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { root, type TestSystem } from './start-test-system.ts';

export interface CliResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export function runCli(system: Pick<TestSystem, 'runtime'>, ...args: string[]): Promise<CliResult> {
  const { NODE_OPTIONS: _, AWS_REGION: __, ...inherited } = process.env;
  const env = { ...inherited, AWS_ENDPOINT_URL: system.runtime.endpointUrl, NO_COLOR: '1' };
  const command = ['--disable-warning=ExperimentalWarning', join(root, 'cli', 'automation.ts'), ...args];
  return new Promise((resolve) => {
    execFile(process.execPath, command, { env, maxBuffer: 64 << 20 }, (error, stdout, stderr) =>
      resolve({ exitCode: typeof error?.code === 'number' ? error.code : error ? -1 : 0, stdout, stderr }),
    );
  });
}

// The whole system for one test file: the real assembly, synthesized once, on temporary state and free ports.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadConfiguration } from '../../config/load-configuration.ts';
import type { Principal } from '../../local/runtime/service.ts';
import { type System, type SystemOptions, startSystem } from '../../tour/start-system.ts';
import { prepareAssembly } from '../prepare-assembly.ts';

export const root = fileURLToPath(new URL('../..', import.meta.url));

export interface TestSystem extends System {
  readonly stateDirectory: string;
  readonly webhookSecret: string;
  /** Calls AWS as the operator, in the primary region. */
  call<Output extends object>(service: string, operation: string, input: object): Promise<Output>;
}

/** Starts everything; `stop` also forgets the state unless its directory was given. */
export async function startTestSystem(
  options: Partial<Pick<SystemOptions, 'stateDirectory' | 'assemblyDirectory' | 'onContext'>> = {},
): Promise<TestSystem> {
  const stateDirectory = options.stateDirectory ?? mkdtempSync(join(tmpdir(), 'e2e-'));
  const system = await startSystem({
    configuration: loadConfiguration(join(root, 'config', 'pyairtable.yaml')),
    assemblyDirectory: options.assemblyDirectory ?? prepareAssembly(),
    stateDirectory,
    gitOpsDirectory: join(root, 'gitops'),
    port: 0,
    onContext: (context) => options.onContext?.(context),
  });
  // A process that is killed later would never write what it has compiled, and the next one would compile it again.
  flushCompileCache();
  const { context } = system.runtime;
  const principal: Principal = {
    kind: 'operator',
    arn: `arn:aws:iam::${context.accountId}:user/operator`,
    accountId: context.accountId,
  };
  const { webhookSecret } = JSON.parse(readFileSync(join(stateDirectory, 'credentials.json'), 'utf8'));
  return {
    ...system,
    stateDirectory,
    webhookSecret,
    call: (service, operation, input) =>
      context.call({ service, operation, input, principal, region: system.deployment.region }),
    async stop() {
      await system.stop();
      if (options.stateDirectory === undefined) rmSync(stateDirectory, { recursive: true, force: true });
    },
  };
}

/** No test waits longer than this for something to happen. */
const patienceMilliseconds = 300_000;

/**
 * Lets virtual time pass in steps until `find` gives something: idle time is skipped, work is waited for.
 * @throws when real time runs out, saying what was waited for.
 */
export async function letTimePass<T>(
  { runtime: { context } }: Pick<System, 'runtime'>,
  what: string,
  find: () => Promise<T | undefined> | T | undefined,
  stepMilliseconds = 500,
): Promise<T> {
  const deadline = performance.now() + patienceMilliseconds;
  for (;;) {
    const found = await find();
    if (found !== undefined) return found;
    if (performance.now() > deadline) {
      const last = context.trace.recent().slice(-12);
      const told = last.map((activity) => Object.values(activity).map(tell).join(' ')).join('\n  ');
      throw new Error(
        `${what} did not happen within ${patienceMilliseconds / 1000} s; the last activities:\n  ${told}`,
      );
    }
    await context.clock.advance(stepMilliseconds);
  }
}

function tell(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value).slice(0, 300) : String(value);
}

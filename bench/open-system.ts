// The whole system, for programs of benches that run it in a process of their own.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadConfiguration } from '../config/load-configuration.ts';
import { type System, startSystem } from '../tour/start-system.ts';
import { readSettings } from './contestant.ts';

/** What such a program is told by whoever opens it. */
export interface SystemSettings {
  readonly assembly: string;
  /** Where all state is kept. */
  readonly state: string;
}

const root = fileURLToPath(new URL('..', import.meta.url));

/** Starts it on free ports, with our own configuration. */
export async function openSystem(): Promise<System> {
  const { assembly, state } = readSettings<SystemSettings>();
  return await startSystem({
    configuration: loadConfiguration(join(root, 'config', 'pyairtable.yaml')),
    assemblyDirectory: assembly,
    stateDirectory: state,
    gitOpsDirectory: join(root, 'gitops'),
    port: 0,
  });
}

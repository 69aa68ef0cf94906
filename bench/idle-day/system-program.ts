// The whole system in a process of its own, with nothing to do but its schedules; each round is a day of virtual time.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadConfiguration } from '../../config/load-configuration.ts';
import { scheduleRoutes } from '../../lib/routes.ts';
import { pauseSchedules } from '../../tour/change-schedules.ts';
import { startSystem } from '../../tour/start-system.ts';
import { readSettings, serveRounds } from '../contestant.ts';

export interface IdleRound {
  /** Whether the schedules run; without them only what is simulated does. */
  readonly withSchedules: boolean;
}

export interface IdleDay {
  /** Of the process of runtime and world; functions and Jobs have processes of their own. */
  readonly cpuSeconds: number;
}

const dayMilliseconds = 86_400_000;
const root = fileURLToPath(new URL('../..', import.meta.url));
const { assembly, state } = readSettings<{ readonly assembly: string; readonly state: string }>();
const system = await startSystem({
  configuration: loadConfiguration(join(root, 'config', 'pyairtable.yaml')),
  assemblyDirectory: assembly,
  stateDirectory: state,
  gitOpsDirectory: join(root, 'gitops'),
  port: 0,
});
const { clock } = system.runtime.context;

serveRounds<IdleRound, IdleDay>(
  async ({ withSchedules }) => {
    const names = withSchedules ? [] : scheduleRoutes.map(({ id }) => id);
    const resume = await pauseSchedules(system, names);
    const before = process.cpuUsage();
    await clock.advance(dayMilliseconds);
    const { user, system: kernel } = process.cpuUsage(before);
    await resume();
    return { cpuSeconds: (user + kernel) / 1e6 };
  },
  () => system.stop(),
);

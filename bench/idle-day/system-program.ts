// The whole system in a process of its own, with nothing to do but its schedules; each round is a day of virtual time.
import { scheduleRoutes } from '../../lib/routes.ts';
import { pauseSchedules } from '../../tour/change-schedules.ts';
import { serveRounds } from '../contestant.ts';
import { openSystem } from '../open-system.ts';

export interface IdleRound {
  /** Whether the schedules run; without them only what is simulated does. */
  readonly withSchedules: boolean;
}

export interface IdleDay {
  /** Of the process of runtime and world; functions and Jobs have processes of their own. */
  readonly cpuSeconds: number;
}

const dayMilliseconds = 86_400_000;
const system = await openSystem();
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

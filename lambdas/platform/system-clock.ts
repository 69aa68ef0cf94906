// The real time.
import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../../core/clock.ts';

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (milliseconds) => await delay(milliseconds),
};

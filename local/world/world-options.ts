// What every part of the world beside AWS is started with.
import type { Clock } from '../clock/clock.ts';
import type { Trace } from '../trace/trace.ts';

export interface WorldOptions {
  /** The folder that holds the part's state over restarts; created when missing. */
  readonly directory: string;
  /** The port on 127.0.0.1; a free one by default. */
  readonly port?: number;
  readonly trace?: Pick<Trace, 'record'>;
  /** Virtual time; the machine's by default. */
  readonly clock?: Pick<Clock, 'now' | 'work'>;
}

/** The machine's own time, for a part that is started outside a runtime. */
export const machineClock: Pick<Clock, 'now' | 'work'> = { now: () => Date.now(), work: (promise) => promise };

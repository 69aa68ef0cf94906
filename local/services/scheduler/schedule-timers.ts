// Fires schedules at their times. Each run is written as an execution in the same tick as the time of the next one.
// Over a time when the runtime was down, a schedule makes up for one run, as AWS delivers a late run once.
import { randomUUID } from 'node:crypto';
import type { CancelTimer, Clock } from '../../clock/clock.ts';
import type { Table } from '../../storage/store.ts';
import { findNextRun, type Schedule } from './schedule.ts';
import type { ScheduleRegistry } from './schedule-registry.ts';

interface TimerState {
  /** What the times were computed from: they start anew when it changes. */
  readonly basis: string;
  readonly anchor: number;
  readonly scheduledAt?: number;
  /** Within the flexible window after `scheduledAt`. */
  readonly fireAt?: number;
}

export interface ScheduledRun {
  readonly executionId: string;
  readonly scheduledAt: number;
  /** No run follows, and the schedule asked to be deleted then. */
  readonly isLastOfItself: boolean;
}

function describeBasis(schedule: Schedule): string {
  const { expression, timezone, startAt, endAt, windowMinutes } = schedule;
  return JSON.stringify([expression, timezone, startAt, endAt, windowMinutes]);
}

export class ScheduleTimers {
  readonly #clock: Clock;
  readonly #states: Table<TimerState>;
  readonly #fire: (schedule: Schedule, run: ScheduledRun) => void;
  readonly #timers = new Map<string, CancelTimer>();
  #isRunning = false;

  constructor(clock: Clock, states: Table<TimerState>, fire: (schedule: Schedule, run: ScheduledRun) => void) {
    this.#clock = clock;
    this.#states = states;
    this.#fire = fire;
  }

  start(registry: ScheduleRegistry): void {
    this.#isRunning = true;
    for (const arn of [...this.#states.entries()].map(([key]) => key))
      if (!registry.find(arn)) this.#states.delete(arn);
    for (const schedule of registry.values()) this.update(schedule.arn, schedule);
  }

  stop(): void {
    this.#isRunning = false;
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
  }

  /** The schedule is new, changed or gone. */
  update(arn: string, schedule: Schedule | undefined): void {
    if (!this.#isRunning) return;
    this.#timers.get(arn)?.();
    this.#timers.delete(arn);
    if (!schedule?.isEnabled) {
      if (this.#states.has(arn)) this.#states.delete(arn);
      return;
    }
    const known = this.#states.get(arn);
    const basis = describeBasis(schedule);
    if (known?.basis === basis) this.#arm(schedule, known);
    else this.#plan(schedule, { basis, anchor: this.#clock.now() });
  }

  #plan(schedule: Schedule, { basis, anchor }: TimerState): TimerState {
    const scheduledAt = findNextRun(schedule, this.#clock.now(), anchor);
    const shift = Math.floor(Math.random() * schedule.windowMinutes * 60_000);
    const planned = { basis, anchor, ...(scheduledAt !== undefined && { scheduledAt, fireAt: scheduledAt + shift }) };
    this.#states.put(schedule.arn, planned);
    this.#arm(schedule, planned);
    return planned;
  }

  #arm(schedule: Schedule, state: TimerState): void {
    const { scheduledAt, fireAt } = state;
    if (scheduledAt === undefined || fireAt === undefined) return;
    const run = () => {
      this.#timers.delete(schedule.arn);
      const next = this.#plan(schedule, state);
      const isLastOfItself = schedule.deletesItself && next.fireAt === undefined;
      this.#fire(schedule, { executionId: randomUUID(), scheduledAt, isLastOfItself });
    };
    this.#timers.set(schedule.arn, this.#clock.at(fireAt, run));
  }
}

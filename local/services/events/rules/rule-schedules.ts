// Fires the rules that have a schedule. Over a time when the runtime was down, each makes up for one run at most.
import type { CancelTimer, Clock } from '../../../clock/clock.ts';
import { parseScheduleExpression } from '../../../clock/schedule-expression.ts';
import type { Table } from '../../../storage/store.ts';
import type { Rule } from './rule.ts';
import type { RuleRegistry } from './rule-registry.ts';

interface ScheduleState {
  readonly expression: string;
  /** Where a rate counts from. */
  readonly anchor: number;
  readonly nextAt?: number;
}

export class RuleSchedules {
  readonly #clock: Clock;
  readonly #states: Table<ScheduleState>;
  readonly #fire: (rule: Rule, scheduledAt: number) => void;
  readonly #timers = new Map<string, CancelTimer>();
  #isRunning = false;

  /** `fire` must make the event durable by the next flush: the next run is written in the same tick. */
  constructor(clock: Clock, states: Table<ScheduleState>, fire: (rule: Rule, scheduledAt: number) => void) {
    this.#clock = clock;
    this.#states = states;
    this.#fire = fire;
  }

  start(rules: RuleRegistry): void {
    this.#isRunning = true;
    for (const arn of [...this.#states.entries()].map(([key]) => key)) if (!rules.find(arn)) this.#states.delete(arn);
    for (const rule of rules.values()) this.update(rule.arn, rule);
  }

  stop(): void {
    this.#isRunning = false;
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
  }

  /** The rule is new, changed or gone. */
  update(arn: string, rule: Rule | undefined): void {
    if (!this.#isRunning) return;
    this.#timers.get(arn)?.();
    this.#timers.delete(arn);
    if (!rule?.scheduleExpression || !rule.isEnabled) {
      if (this.#states.has(arn)) this.#states.delete(arn);
      return;
    }
    const known = this.#states.get(arn);
    if (known?.expression === rule.scheduleExpression) this.#arm(rule, known);
    else this.#plan(rule, { expression: rule.scheduleExpression, anchor: this.#clock.now() });
  }

  #plan(rule: Rule, state: ScheduleState): void {
    const nextAt = parseScheduleExpression(state.expression).next(this.#clock.now(), state.anchor);
    const { expression, anchor } = state;
    const planned = { expression, anchor, ...(nextAt !== undefined && { nextAt }) };
    this.#states.put(rule.arn, planned);
    this.#arm(rule, planned);
  }

  #arm(rule: Rule, state: ScheduleState): void {
    const { nextAt } = state;
    if (nextAt === undefined) return;
    const run = () => {
      this.#timers.delete(rule.arn);
      this.#fire(rule, nextAt);
      this.#plan(rule, state);
    };
    this.#timers.set(rule.arn, this.#clock.at(nextAt, run));
  }
}

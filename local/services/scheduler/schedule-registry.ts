// All schedules and their groups: those of the template come with it, those made through the API survive a restart.
import type { Store, Table } from '../../storage/store.ts';
import type { Schedule } from './schedule.ts';

export interface ScheduleGroup {
  readonly name: string;
  readonly region: string;
  readonly arn: string;
  readonly createdAt: number;
}

export class ScheduleRegistry {
  readonly #madeThroughApi: Table<Schedule>;
  /** ARNs of the template's schedules that deleted themselves after their last run: they stay gone. */
  readonly #completed: Table<true>;
  readonly #schedules = new Map<string, Schedule>();
  readonly #groups = new Map<string, ScheduleGroup>();
  /** Called after each change of a schedule; `undefined` when it is gone. */
  onChange: (arn: string, schedule: Schedule | undefined) => void = () => undefined;

  constructor(store: Store) {
    this.#madeThroughApi = store.table('scheduler/schedules');
    this.#completed = store.table('scheduler/completed');
    for (const [arn, schedule] of this.#madeThroughApi.entries()) this.#schedules.set(arn, schedule);
  }

  put(schedule: Schedule, origin: 'api' | 'template'): void {
    if (origin === 'template' && this.#completed.has(schedule.arn)) return;
    this.#schedules.set(schedule.arn, schedule);
    if (origin === 'api') this.#madeThroughApi.put(schedule.arn, schedule);
    this.onChange(schedule.arn, schedule);
  }

  delete(arn: string): void {
    if (!this.#schedules.delete(arn)) return;
    if (this.#madeThroughApi.has(arn)) this.#madeThroughApi.delete(arn);
    else this.#completed.put(arn, true);
    this.onChange(arn, undefined);
  }

  find(arn: string): Schedule | undefined {
    return this.#schedules.get(arn);
  }

  list(region: string): Schedule[] {
    return [...this.#schedules.values()]
      .filter((schedule) => schedule.region === region)
      .sort((a, b) => (a.arn < b.arn ? -1 : 1));
  }

  values(): IterableIterator<Schedule> {
    return this.#schedules.values();
  }

  addGroup(group: ScheduleGroup): void {
    this.#groups.set(`${group.region}/${group.name}`, group);
  }

  hasGroup(region: string, name: string): boolean {
    return name === 'default' || this.#groups.has(`${region}/${name}`);
  }

  listGroups(region: string): ScheduleGroup[] {
    return [...this.#groups.values()].filter((group) => group.region === region);
  }
}

// Replays: archived events go to the bus again, each marked with the replay's name; a crash resumes where it was.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-replay-archived-event.html
import type { RuntimeContext } from '../../../runtime/context.ts';
import type { Table } from '../../../storage/store.ts';
import type { AcceptedDeliveries } from '../delivery/delivery-queue.ts';
import { parseBusName } from '../event-bus-arn.ts';
import type { EventBuses } from '../event-buses.ts';
import type { Archives } from './archives.ts';

const BATCH_SIZE = 100;

export interface Replay {
  readonly name: string;
  readonly arn: string;
  readonly region: string;
  readonly archiveArn: string;
  readonly busArn: string;
  readonly ruleArns: readonly string[];
  readonly description?: string;
  readonly from: number;
  readonly to: number;
  readonly state: 'RUNNING' | 'COMPLETED' | 'CANCELLED';
  readonly startedAt: number;
  readonly endedAt?: number;
  readonly lastEventAt?: number;
  /** Events replayed so far. */
  readonly position: number;
}

export class Replays {
  readonly #context: RuntimeContext;
  readonly #buses: EventBuses;
  readonly #archives: Archives;
  readonly #replays: Table<Replay>;
  #isStopping = false;

  constructor(context: RuntimeContext, buses: EventBuses, archives: Archives) {
    this.#context = context;
    this.#buses = buses;
    this.#archives = archives;
    this.#replays = context.store.table('events/replays');
  }

  find(region: string, name: string): Replay | undefined {
    return this.#replays.get(`${region}/${name}`);
  }

  list(region: string): Replay[] {
    return [...this.#replays.values()].filter((replay) => replay.region === region);
  }

  /** Durable after the next flush; runs by itself. */
  add(replay: Replay): void {
    this.#put(replay);
    void this.#context.clock.work(this.#run(replay));
  }

  cancel(replay: Replay): void {
    this.#put({ ...replay, state: 'CANCELLED', endedAt: this.#context.clock.now() });
  }

  start(): void {
    for (const replay of [...this.#replays.values()]) {
      if (replay.state === 'RUNNING') void this.#context.clock.work(this.#run(replay));
    }
  }

  stop(): void {
    this.#isStopping = true;
  }

  #put(replay: Replay): void {
    this.#replays.put(`${replay.region}/${replay.name}`, replay);
  }

  async #run(replay: Replay): Promise<void> {
    const bus = this.#buses.find(parseBusName(replay.busArn, replay.region));
    let current = replay;
    let seen = 0;
    let accepted: AcceptedDeliveries[] = [];
    const commit = async () => {
      await this.#context.store.flush();
      for (const { begin } of accepted) begin();
      accepted = [];
    };
    for await (const event of this.#archives.read(replay.archiveArn, replay.from, replay.to)) {
      seen += 1;
      if (seen <= replay.position) continue;
      if (this.#isStopping || this.find(replay.region, replay.name)?.state !== 'RUNNING' || !bus) break;
      accepted.push(this.#buses.accept(bus, { ...event, 'replay-name': replay.name }, replay.ruleArns));
      current = { ...current, position: seen, lastEventAt: Date.parse(event.time) };
      this.#put(current);
      if (accepted.length >= BATCH_SIZE) await commit();
    }
    await commit();
    if (this.#isStopping || this.find(replay.region, replay.name)?.state !== 'RUNNING') return;
    this.#put({ ...current, state: 'COMPLETED', endedAt: this.#context.clock.now() });
    this.#context.trace.record({
      service: 'events',
      name: 'replay-completed',
      subject: replay.name,
      details: { archive: replay.archiveArn, events: current.position },
    });
  }
}

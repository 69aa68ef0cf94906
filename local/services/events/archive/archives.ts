// All archives: they take what their bus accepts and forget what is older than their retention.
import { join } from 'node:path';
import type { RuntimeContext } from '../../../runtime/context.ts';
import type { BusEvent } from '../bus-event.ts';
import type { EventBus } from '../event-buses.ts';
import type { PatternTest } from '../pattern/matches-pattern.ts';
import { type Archive, createArchiveTest } from './archive.ts';
import { ArchiveFiles } from './archive-files.ts';

const DAY_MILLISECONDS = 86_400_000;

interface OpenArchive {
  readonly archive: Archive;
  readonly test: PatternTest;
  readonly files: ArchiveFiles;
}

export class Archives {
  readonly #context: RuntimeContext;
  readonly #archives = new Map<string, OpenArchive>();
  #cancelExpiry: () => void = () => undefined;

  constructor(context: RuntimeContext) {
    this.#context = context;
  }

  add(archive: Archive): void {
    const directory = join(this.#context.store.directory('events-archives'), archive.region, archive.name);
    // What an earlier one of the name has open is the same files.
    void this.#archives.get(archive.arn)?.files.close();
    this.#archives.set(archive.arn, { archive, test: createArchiveTest(archive), files: new ArchiveFiles(directory) });
  }

  find(arn: string): Archive | undefined {
    return this.#archives.get(arn)?.archive;
  }

  list(region: string): Archive[] {
    return [...this.#archives.values()].map(({ archive }) => archive).filter((archive) => archive.region === region);
  }

  /** The archived events of an archive within [from, to) milliseconds; none when there is no such archive. */
  async *read(arn: string, from: number, to: number): AsyncGenerator<BusEvent> {
    const open = this.#archives.get(arn);
    if (open) yield* open.files.read(from, to);
  }

  keep(bus: EventBus, event: BusEvent): void {
    for (const { archive, test, files } of this.#archives.values()) {
      if (archive.sourceArn === bus.arn && test(event)) files.append(event);
    }
  }

  start(): void {
    const expire = () => {
      const now = this.#context.clock.now();
      for (const { archive, files } of this.#archives.values()) {
        if (archive.retentionDays > 0) {
          void this.#context.clock.work(files.expire(now - archive.retentionDays * DAY_MILLISECONDS));
        }
      }
      this.#cancelExpiry = this.#context.clock.at(now + DAY_MILLISECONDS, expire);
    };
    expire();
  }

  async stop(): Promise<void> {
    this.#cancelExpiry();
    await Promise.all([...this.#archives.values()].map(({ files }) => files.close()));
  }
}

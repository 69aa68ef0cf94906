// Log groups and streams in the store; their events as lines of a file each, so that logs never fill the memory.

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { CancelTimer } from '../../clock/clock.ts';
import type { RuntimeContext } from '../../runtime/context.ts';
import { AppendFiles } from '../../storage/append-files.ts';
import type { Table } from '../../storage/store.ts';

export interface LogGroup {
  readonly region: string;
  readonly name: string;
  readonly arn: string;
  readonly createdAt: number;
  /** Absent: kept for ever. */
  readonly retentionDays: number | undefined;
}

export interface LogStream {
  readonly region: string;
  readonly group: string;
  readonly name: string;
  readonly createdAt: number;
  readonly lastEventAt: number;
  /** Absent while there are no events. */
  readonly firstEventAt?: number;
  /** As AWS counts: 26 bytes for each event beside its message. */
  readonly storedBytes?: number;
}

export interface LogEvent {
  readonly timestamp: number;
  readonly message: string;
  readonly ingestionTime: number;
}

const dayMilliseconds = 86_400_000;
const eventOverheadBytes = 26;

export class LogStore {
  private readonly groups: Table<LogGroup>;
  private readonly streams: Table<LogStream>;
  private readonly context: RuntimeContext;
  private readonly files = new AppendFiles();
  private cancelRetention: CancelTimer | undefined;

  constructor(context: RuntimeContext) {
    this.context = context;
    this.groups = context.store.table<LogGroup>('logs/groups');
    this.streams = context.store.table<LogStream>('logs/streams');
  }

  findGroup(region: string, name: string): LogGroup | undefined {
    return this.groups.get(`${region}/${name}`);
  }

  listGroups(region: string, prefix: string): LogGroup[] {
    return this.groups.keysWithPrefix(`${region}/${prefix}`).flatMap((key) => this.groups.get(key) ?? []);
  }

  putGroup(group: Omit<LogGroup, 'createdAt'>): void {
    const createdAt = this.findGroup(group.region, group.name)?.createdAt ?? this.context.clock.now();
    this.groups.put(`${group.region}/${group.name}`, { ...group, createdAt });
  }

  async deleteGroup(region: string, name: string): Promise<void> {
    for (const stream of this.listStreams(region, name, '')) await this.deleteStream(stream);
    this.groups.delete(`${region}/${name}`);
  }

  findStream(region: string, group: string, name: string): LogStream | undefined {
    return this.streams.get(streamKey(region, group, name));
  }

  listStreams(region: string, group: string, prefix: string): LogStream[] {
    return this.streams.keysWithPrefix(streamKey(region, group, prefix)).flatMap((key) => this.streams.get(key) ?? []);
  }

  countStoredBytes({ region, name }: LogGroup): number {
    return this.listStreams(region, name, '').reduce((sum, { storedBytes = 0 }) => sum + storedBytes, 0);
  }

  createStream(region: string, group: string, name: string): void {
    const createdAt = this.context.clock.now();
    this.streams.put(streamKey(region, group, name), { region, group, name, createdAt, lastEventAt: createdAt });
  }

  async deleteStream(stream: LogStream): Promise<void> {
    this.streams.delete(streamKey(stream.region, stream.group, stream.name));
    const path = this.fileOf(stream);
    this.files.close(path);
    await rm(path, { force: true });
  }

  append(stream: LogStream, events: readonly Omit<LogEvent, 'ingestionTime'>[]): void {
    const file = this.fileOf(stream);
    const ingestionTime = this.context.clock.now();
    const lines = events.map((event) => `${JSON.stringify({ ...event, ingestionTime })}\n`).join('');
    this.files.append(file, lines);
    const times = events.map(({ timestamp }) => timestamp);
    const bytes = events.reduce((sum, { message }) => sum + Buffer.byteLength(message) + eventOverheadBytes, 0);
    this.streams.put(streamKey(stream.region, stream.group, stream.name), {
      ...stream,
      lastEventAt: Math.max(stream.lastEventAt, ...times),
      firstEventAt: Math.min(stream.firstEventAt ?? Number.POSITIVE_INFINITY, ...times),
      storedBytes: (stream.storedBytes ?? 0) + bytes,
    });
  }

  /** In the order written; events beyond the group's retention are not shown. */
  async *read(stream: LogStream): AsyncGenerator<LogEvent> {
    const file = this.fileOf(stream);
    if ((await stat(file).catch(() => undefined)) === undefined) return;
    const earliest = this.earliestKept(this.findGroup(stream.region, stream.group));
    for await (const line of createInterface({ input: createReadStream(file, 'utf8') })) {
      const event = JSON.parse(line) as LogEvent;
      if (event.timestamp >= earliest) yield event;
    }
  }

  /** Once a virtual day, streams are removed whose newest event is older than their group keeps. */
  scheduleRetention(): void {
    this.cancelRetention = this.context.clock.at(this.context.clock.now() + dayMilliseconds, () => {
      void this.context.clock.work(this.expire()).finally(() => this.scheduleRetention());
    });
  }

  close(): void {
    this.cancelRetention?.();
    this.files.closeAll();
  }

  private async expire(): Promise<void> {
    for (const stream of [...this.streams.values()]) {
      if (stream.lastEventAt < this.earliestKept(this.findGroup(stream.region, stream.group)))
        await this.deleteStream(stream);
    }
  }

  private earliestKept(group: LogGroup | undefined): number {
    return group?.retentionDays === undefined ? 0 : this.context.clock.now() - group.retentionDays * dayMilliseconds;
  }

  private fileOf({ region, group, name }: LogStream): string {
    // Names hold slashes, brackets and dollars; the digest is a file name everywhere.
    const digest = createHash('sha256')
      .update(streamKey(region, group, name))
      .digest('hex')
      .slice(0, 32);
    return join(this.context.store.directory('logs'), `${digest}.jsonl`);
  }
}

function streamKey(region: string, group: string, name: string): string {
  return `${region}/${group}\n${name}`;
}

// The bytes of objects, in files that are written once, under names that nobody knows until a record names them.
import { randomBytes } from 'node:crypto';
import { createReadStream, mkdirSync, readdirSync } from 'node:fs';
import { link, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { Digest } from './cyclic-redundancy-checks.ts';

/** A file with a run of an object's bytes: all of them, or those of one part. */
export interface Segment {
  readonly file: string;
  readonly size: number;
}

const READ_BYTES = 256 * 1024;

export class BodyFiles {
  readonly #directory: string;
  readonly #shards = new Set<string>();
  /** Streams open on each file: a file that is being read is removed when the last one has closed. */
  readonly #readers = new Map<string, number>();
  readonly #doomed = new Set<string>();
  /** What was there before this run. */
  readonly #inherited: readonly string[];

  constructor(directory: string) {
    this.#directory = directory;
    this.#inherited = readdirSync(directory).flatMap((shard) =>
      readdirSync(join(directory, shard)).map((name) => `${shard}/${name}`),
    );
  }

  /** Writes the bytes to a new file; when it resolves they are on disk. On failure nothing is left. Holds one chunk at a time. */
  async write(body: AsyncIterable<Uint8Array>, digests: readonly Digest[]): Promise<Segment> {
    const file = this.#newName();
    let size = 0;
    try {
      const handle = await open(this.#path(file), 'wx');
      try {
        await handle.writeFile(
          watch(body, (chunk) => {
            for (const digest of digests) digest.update(chunk);
            size += chunk.length;
          }),
        );
        await handle.datasync();
      } finally {
        await handle.close();
      }
      await this.#syncShard(file);
    } catch (error) {
      await this.#remove(file);
      throw error;
    }
    return { file, size };
  }

  /** The same bytes under a new name, without copying them. */
  async duplicate(segment: Segment): Promise<Segment> {
    const file = this.#newName();
    await link(this.#path(segment.file), this.#path(file));
    await this.#syncShard(file);
    return { file, size: segment.size };
  }

  /** Bytes `start` to `end` (exclusive) of the segments put together. */
  read(segments: readonly Segment[], start: number, end: number): Readable {
    const pieces: { file: string; start: number; end: number }[] = [];
    let offset = 0;
    for (const { file, size } of segments) {
      const from = Math.max(start - offset, 0);
      const to = Math.min(end - offset, size);
      if (from < to) pieces.push({ file, start: from, end: to });
      offset += size;
    }
    for (const { file } of pieces) this.#readers.set(file, (this.#readers.get(file) ?? 0) + 1);
    const stream = Readable.from(this.#readPieces(pieces), { objectMode: false, highWaterMark: READ_BYTES });
    stream.once('close', () => {
      for (const { file } of pieces) this.#endRead(file);
    });
    return stream;
  }

  /** Removes files that no record names any more. */
  async remove(segments: readonly Segment[]): Promise<void> {
    for (const { file } of segments) {
      if (this.#readers.has(file)) this.#doomed.add(file);
      else await this.#remove(file);
    }
  }

  /** Removes the files of earlier runs that are not among the named ones: what a crash left. Returns how many. */
  async sweep(named: ReadonlySet<string>): Promise<number> {
    const orphans = this.#inherited.filter((file) => !named.has(file));
    for (const file of orphans) await this.#remove(file);
    return orphans.length;
  }

  async *#readPieces(pieces: readonly { file: string; start: number; end: number }[]): AsyncGenerator<Buffer> {
    for (const { file, start, end } of pieces) {
      yield* createReadStream(this.#path(file), { start, end: end - 1, highWaterMark: READ_BYTES });
    }
  }

  #endRead(file: string): void {
    const readers = (this.#readers.get(file) ?? 1) - 1;
    if (readers > 0) {
      this.#readers.set(file, readers);
      return;
    }
    this.#readers.delete(file);
    if (this.#doomed.delete(file)) void this.#remove(file);
  }

  #remove(file: string): Promise<void> {
    return rm(this.#path(file), { force: true });
  }

  #newName(): string {
    const name = randomBytes(16).toString('hex');
    const shard = name.slice(0, 2);
    if (!this.#shards.has(shard)) {
      mkdirSync(join(this.#directory, shard), { recursive: true });
      this.#shards.add(shard);
    }
    return `${shard}/${name}`;
  }

  /** A file is only durable when its directory entry is. */
  async #syncShard(file: string): Promise<void> {
    const shard = await open(join(this.#directory, file.slice(0, 2)), 'r');
    try {
      await shard.sync();
    } finally {
      await shard.close();
    }
  }

  #path(file: string): string {
    return join(this.#directory, file);
  }
}

async function* watch(body: AsyncIterable<Uint8Array>, see: (chunk: Uint8Array) => void): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) {
    see(chunk);
    yield chunk;
  }
}

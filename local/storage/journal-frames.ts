// The journal's binary form: a magic number, then frames of length, CRC-32 and JSON; each frame is one atomic group.
import type { FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';

/** First bytes of every journal; the digits are the format's version. */
export const JOURNAL_MAGIC = Buffer.from('JOURNL01');
const HEADER_BYTES = 8;
const READ_BYTES = 1 << 20;

/** One change: table, key and the new value; without a value it is a deletion. */
export type Change = readonly [table: string, key: string, value?: unknown];

/** The bytes of one atomic group of changes. */
export function buildFrame(changes: readonly Change[]): Buffer {
  const payload = Buffer.from(JSON.stringify(changes));
  const header = Buffer.allocUnsafe(HEADER_BYTES);
  header.writeUInt32LE(payload.length, 0);
  header.writeUInt32LE(crc32(payload), 4);
  return Buffer.concat([header, payload]);
}

/**
 * Hands each whole group of the journal to `apply`, in order, and returns the offset up to which the file is sound.
 * What follows the offset is a torn tail: a group whose writing was cut off, which nobody was told is durable.
 * Throws when a broken group is followed by others, since then the file was damaged, not cut off.
 */
export async function readFrames(
  file: FileHandle,
  path: string,
  apply: (changes: readonly Change[]) => void,
): Promise<number> {
  const { size } = await file.stat();
  const read = createReader(file);
  const magic = await read(0, Math.min(JOURNAL_MAGIC.length, size));
  if (!magic.equals(JOURNAL_MAGIC.subarray(0, magic.length))) {
    throw new Error(`${path} is not a journal of this version: move it away, or start with another state directory`);
  }
  if (size < JOURNAL_MAGIC.length) return 0;
  let offset = JOURNAL_MAGIC.length;
  while (offset + HEADER_BYTES <= size) {
    const header = await read(offset, HEADER_BYTES);
    const payloadBytes = header.readUInt32LE(0);
    const expectedCrc = header.readUInt32LE(4);
    const end = offset + HEADER_BYTES + payloadBytes;
    if (payloadBytes === 0 || end > size) break;
    const payload = await read(offset + HEADER_BYTES, payloadBytes);
    if (crc32(payload) !== expectedCrc) {
      if (end === size) break;
      throw new Error(
        `${path} is damaged at byte ${offset}: restore it from a copy, or start with a fresh state directory`,
      );
    }
    apply(JSON.parse(payload.toString()) as Change[]);
    offset = end;
  }
  return offset;
}

/** Reads ranges of a file front to back through one buffer, so that small groups cost no system call each. */
function createReader(file: FileHandle): (offset: number, length: number) => Promise<Buffer> {
  let buffer = Buffer.alloc(0);
  let start = 0;
  return async (offset, length) => {
    if (offset < start || offset + length > start + buffer.length) {
      const next = Buffer.allocUnsafe(Math.max(READ_BYTES, length));
      let filled = 0;
      while (filled < length) {
        const { bytesRead } = await file.read(next, filled, next.length - filled, offset + filled);
        if (bytesRead === 0) throw new Error(`the journal ended at byte ${offset + filled} while it was being read`);
        filled += bytesRead;
      }
      buffer = next.subarray(0, filled);
      start = offset;
    }
    return buffer.subarray(offset - start, offset - start + length);
  };
}

// When transactions ended, read off a segment of the write-ahead log: the only place of an archive that says what it holds.
// @see https://www.postgresql.org/docs/current/wal-internals.html; access/xlogrecord.h and access/xlog_internal.h of PostgreSQL.

const shortHeaderBytes = 24;
const longHeaderBytes = 40;
const recordHeaderBytes = 24;
/** `XLP_FIRST_IS_CONTRECORD`, `XLP_LONG_HEADER`. */
const [continued, long] = [1, 2];
const transactionManager = 1;
/** `XLOG_XACT_OPMASK`; commit, abort, and both of a prepared transaction. */
const operationMask = 0x70;
const endings = new Set([0x00, 0x20, 0x30, 0x40]);
/** Block ids of a record's head that stand for something else. */
const [dataShort, dataLong, origin, topTransaction] = [255, 254, 253, 252];
/** Enough of a record for its head, what can stand before the main data, and the time with which that begins. */
const bytesLooked = recordHeaderBytes + 3 + 5 + 5 + 8;
/** Microseconds from 1970 to 2000, where PostgreSQL's times begin. */
const epochMicroseconds = 946_684_800_000_000;

/**
 * The latest time, in microseconds since 1970, at which a transaction of this segment ended; undefined when none did. PostgreSQL
 * recovers to a time exactly when a transaction ended after it: that of its last one is what an archive reaches.
 */
export function findLastCommit(segment: Buffer): number | undefined {
  let latest: number | undefined;
  for (const time of readCommits(segment)) latest = Math.max(latest ?? 0, time);
  return latest;
}

function* readCommits(segment: Buffer): Generator<number> {
  const pageBytes = segment.length >= longHeaderBytes ? segment.readUInt32LE(36) : 0;
  if (pageBytes < 1024 || segment.length % pageBytes !== 0) return;
  const reader = openReader(segment, pageBytes);
  const first = segment.readUInt16LE(2);
  // The end of a record that begins in the segment before.
  if ((first & continued) !== 0) reader.skip(segment.readUInt32LE(16));
  while (reader.align()) {
    const head = reader.peek(recordHeaderBytes);
    const total = head.length < recordHeaderBytes ? 0 : head.readUInt32LE(0);
    // Nothing more was written, or the rest was left empty when the next segment was begun.
    if (total < recordHeaderBytes) return;
    const isEnding = head[17] === transactionManager && endings.has(Number(head[16]) & operationMask);
    const time = isEnding ? readTime(reader.peek(Math.min(total, bytesLooked))) : undefined;
    if (time !== undefined) yield time;
    reader.skip(total);
  }
}

/** Reads across pages, leaving out their headers. */
function openReader(segment: Buffer, pageBytes: number) {
  const headerAt = (page: number): number =>
    (segment.readUInt16LE(page + 2) & long) !== 0 ? longHeaderBytes : shortHeaderBytes;
  let at = headerAt(0);
  /** Walks over `length` bytes of content from `from`; returns where it ends, and hands out each piece. */
  const walk = (from: number, length: number, take?: (start: number, end: number) => void): number => {
    let [position, left] = [from, length];
    while (left > 0 && position < segment.length) {
      if (position % pageBytes === 0) position += headerAt(position);
      const step = Math.min(left, pageBytes - (position % pageBytes));
      take?.(position, position + step);
      position += step;
      left -= step;
    }
    return position;
  };
  return {
    /** To where the next record begins. False at the end of the segment. */
    align(): boolean {
      at = Math.ceil(at / 8) * 8;
      if (at < segment.length && at % pageBytes === 0) at += headerAt(at);
      return at < segment.length;
    },
    peek(length: number): Buffer {
      const pieces: Buffer[] = [];
      walk(at, length, (start, end) => pieces.push(segment.subarray(start, end)));
      return pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces);
    },
    skip(length: number): void {
      at = walk(at, length);
    },
  };
}

/** The main data of all endings begins with the time; undefined when it lies in the next segment. */
function readTime(record: Buffer): number | undefined {
  let at = recordHeaderBytes;
  for (;;) {
    const id = record[at];
    if (id === origin) at += 3;
    else if (id === topTransaction) at += 5;
    else break;
  }
  if (record[at] === dataShort) at += 2;
  else if (record[at] === dataLong) at += 5;
  else return undefined;
  if (at + 8 > record.length) return undefined;
  return Number(record.readBigInt64LE(at)) + epochMicroseconds;
}

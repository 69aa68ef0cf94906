// A stream of items as dynalite's queries read it: everything there was when the query was made, without a file behind it.
import { Stream } from 'node:stream';
import type { Table } from '../../../storage/store.ts';
import type { JsonItem, KeyRange } from './dynalite.ts';

/** A stream of the old kind, which pushes: emits `data` for each item and then `end`, soon after the reader had its chance to listen. */
export class ValueStream extends Stream {
  #isStopped = false;

  constructor(items: readonly JsonItem[]) {
    super();
    queueMicrotask(() => {
      try {
        for (const item of items) {
          if (this.#isStopped) return;
          this.emit('data', item);
        }
        this.emit('end');
      } catch (error) {
        this.emit('error', error);
      }
    });
  }

  /** The reader has enough. */
  destroy(): void {
    this.#isStopped = true;
  }
}

/** The items whose keys are in the range, in the order and up to the limit that it asks for. */
export function readRange(table: Table<JsonItem>, range: KeyRange): JsonItem[] {
  const { gt, gte, lt, lte } = range;
  const keys = table
    .keysWithPrefix(commonPrefix(gt ?? gte ?? '', lt ?? lte ?? ''))
    .filter(
      (key) =>
        (gt === undefined || key > gt) &&
        (gte === undefined || key >= gte) &&
        (lt === undefined || key < lt) &&
        (lte === undefined || key <= lte),
    );
  if (range.reverse) keys.reverse();
  if (range.limit !== undefined && range.limit >= 0) keys.splice(range.limit);
  return keys.map((key) => table.get(key) as JsonItem);
}

function commonPrefix(low: string, high: string): string {
  let length = 0;
  while (length < low.length && low[length] === high[length]) length += 1;
  return low.slice(0, length);
}

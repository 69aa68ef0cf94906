// Finds the numeric ranges that hold a value without looking at each of them: a centred interval tree.
import type { NumericRange } from './matcher.ts';

export interface RangeEntry<Item> {
  readonly range: NumericRange;
  readonly item: Item;
}

interface TreeNode<Item> {
  readonly centre: number;
  readonly byLow: readonly RangeEntry<Item>[];
  readonly byHigh: readonly RangeEntry<Item>[];
  readonly left: TreeNode<Item> | undefined;
  readonly right: TreeNode<Item> | undefined;
}

function build<Item>(entries: readonly RangeEntry<Item>[]): TreeNode<Item> | undefined {
  if (entries.length === 0) return undefined;
  const ends = entries.flatMap(({ range }) => [range.low, range.high]).sort((a, b) => a - b);
  const centre = ends[ends.length >> 1] ?? 0;
  const here = entries.filter(({ range }) => range.low <= centre && range.high >= centre);
  return {
    centre,
    byLow: [...here].sort((a, b) => a.range.low - b.range.low),
    byHigh: [...here].sort((a, b) => b.range.high - a.range.high),
    left: build(entries.filter(({ range }) => range.high < centre)),
    right: build(entries.filter(({ range }) => range.low > centre)),
  };
}

export class IntervalTree<Item> {
  readonly #root: TreeNode<Item> | undefined;

  constructor(entries: readonly RangeEntry<Item>[]) {
    this.#root = build(entries);
  }

  /** Visits the items whose range may hold the value: bounds count as included. */
  visit(value: number, found: (item: Item) => void): void {
    let node = this.#root;
    while (node) {
      if (value < node.centre) {
        for (const { range, item } of node.byLow) {
          if (range.low > value) break;
          found(item);
        }
        node = node.left;
      } else {
        for (const { range, item } of node.byHigh) {
          if (range.high < value) break;
          found(item);
        }
        node = value > node.centre ? node.right : undefined;
      }
    }
  }
}

// Which items ask for a value at one path: by hash for texts, prefixes and suffixes, by tree for numbers.

import { IntervalTree, type RangeEntry } from './interval-tree.ts';
import { foldCase, type JsonScalar, type Matcher } from './matcher.ts';

/** Items by text, with the lengths that occur, so that a look-up cuts the value only to these. */
class AffixIndex<Item> {
  readonly #byText = new Map<string, Item[]>();
  readonly #lengths = new Set<number>();
  readonly #cut: (value: string, length: number) => string;

  constructor(cut: (value: string, length: number) => string) {
    this.#cut = cut;
  }

  add(text: string, item: Item): void {
    this.#lengths.add(text.length);
    addTo(this.#byText, text, item);
  }

  visit(value: string, found: (item: Item) => void): void {
    for (const length of this.#lengths) {
      if (length > value.length) continue;
      for (const item of this.#byText.get(this.#cut(value, length)) ?? []) found(item);
    }
  }
}

function addTo<Key, Item>(map: Map<Key, Item[]>, key: Key, item: Item): void {
  const known = map.get(key);
  if (known) known.push(item);
  else map.set(key, [item]);
}

const cutStart = (value: string, length: number) => value.slice(0, length);
const cutEnd = (value: string, length: number) => value.slice(value.length - length);

/** Finds a superset of the items with a matcher that holds: what is found is tested in full afterwards. */
export class ValueIndex<Item> {
  readonly #equal = new Map<JsonScalar, Item[]>();
  readonly #equalFolded = new Map<string, Item[]>();
  readonly #prefix = new AffixIndex<Item>(cutStart);
  readonly #prefixFolded = new AffixIndex<Item>(cutStart);
  readonly #suffix = new AffixIndex<Item>(cutEnd);
  readonly #suffixFolded = new AffixIndex<Item>(cutEnd);
  readonly #ranges: RangeEntry<Item>[] = [];
  #tree: IntervalTree<Item> | undefined;
  readonly #texts: Item[] = [];
  readonly #any: Item[] = [];
  /** Items that also, or only, want the field to be absent. */
  readonly absent: Item[] = [];

  /** Registers an item under one of its matchers. */
  add(matcher: Matcher, item: Item): void {
    switch (matcher.kind) {
      case 'equals':
        addTo(this.#equal, matcher.value, item);
        break;
      case 'equals-ignore-case':
        addTo(this.#equalFolded, matcher.text, item);
        break;
      case 'prefix':
        (matcher.ignoresCase ? this.#prefixFolded : this.#prefix).add(matcher.text, item);
        break;
      case 'suffix':
        (matcher.ignoresCase ? this.#suffixFolded : this.#suffix).add(matcher.text, item);
        break;
      case 'wildcard':
        this.#addWildcard(matcher.pieces, item);
        break;
      case 'numeric':
        this.#ranges.push({ range: matcher.range, item });
        this.#tree = undefined;
        break;
      case 'cidr':
        this.#texts.push(item);
        break;
      case 'exists':
        (matcher.exists ? this.#any : this.absent).push(item);
        break;
      case 'anything-but':
        this.#any.push(item);
        break;
    }
  }

  visit(value: JsonScalar, found: (item: Item) => void): void {
    for (const item of this.#equal.get(value) ?? []) found(item);
    for (const item of this.#any) found(item);
    if (typeof value === 'number') {
      this.#tree ??= new IntervalTree(this.#ranges);
      this.#tree.visit(value, found);
    }
    if (typeof value !== 'string') return;
    this.#prefix.visit(value, found);
    this.#suffix.visit(value, found);
    for (const item of this.#texts) found(item);
    const folded = foldCase(value);
    for (const item of this.#equalFolded.get(folded) ?? []) found(item);
    this.#prefixFolded.visit(folded, found);
    this.#suffixFolded.visit(folded, found);
  }

  /** The longer fixed end of a wildcard narrows the search; without one every text is a candidate. */
  #addWildcard(pieces: readonly string[], item: Item): void {
    const first = pieces[0] ?? '';
    const last = pieces.at(-1) ?? '';
    if (first === '' && last === '') this.#texts.push(item);
    else if (first.length >= last.length) this.#prefix.add(first, item);
    else this.#suffix.add(last, item);
  }
}

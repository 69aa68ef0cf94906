// The values that an event has at the paths which patterns ask for, each with its place in the arrays on the way.
import type { JsonScalar } from './matcher.ts';

/** A value of the event. */
export interface EventValue {
  readonly value: JsonScalar;
  /** Index by array, for the arrays that lie on the way to the value; undefined when there are none. */
  readonly places: ReadonlyMap<unknown, number> | undefined;
}

/** The names that patterns ask for, as a tree: only these parts of an event are visited. */
export class PathTree {
  readonly children = new Map<string, PathTree>();
  /** Number of the path that ends here; -1 when none does. */
  slot = -1;

  /** Adds a path and gives the node at its end. */
  add(path: readonly string[]): PathTree {
    let node: PathTree = this;
    for (const name of path) {
      let child = node.children.get(name);
      if (!child) {
        child = new PathTree();
        node.children.set(name, child);
      }
      node = child;
    }
    return node;
  }
}

const NO_VALUES: readonly EventValue[] = [];
/** Above this many names asked for, an object is read by its own names instead. */
const MANY_NAMES = 32;

/** Values by the number of their path. */
export class EventValues {
  readonly #bySlot: EventValue[][] = [];
  /** The paths at which the event has values. */
  readonly slots: number[] = [];

  constructor(tree: PathTree, event: unknown) {
    this.#visit(tree, event, undefined);
  }

  /** Empty when the event has no value there. */
  get(slot: number): readonly EventValue[] {
    return this.#bySlot[slot] ?? NO_VALUES;
  }

  #visit(node: PathTree, value: unknown, places: ReadonlyMap<unknown, number> | undefined): void {
    if (Array.isArray(value)) {
      for (let index = 0; index < value.length; index += 1) {
        this.#visit(node, value[index], new Map(places).set(value, index));
      }
    } else if (typeof value === 'object' && value !== null) {
      this.#visitObject(node, value as Readonly<Record<string, unknown>>, places);
    } else if (node.slot >= 0 && value !== undefined) {
      const entry = { value: value as JsonScalar, places };
      const known = this.#bySlot[node.slot];
      if (known) known.push(entry);
      else {
        this.#bySlot[node.slot] = [entry];
        this.slots.push(node.slot);
      }
    }
  }

  #visitObject(node: PathTree, value: Readonly<Record<string, unknown>>, places: EventValue['places']): void {
    if (node.children.size > MANY_NAMES) {
      for (const name of Object.keys(value)) {
        const child = node.children.get(name);
        if (child) this.#visit(child, value[name], places);
      }
      return;
    }
    for (const [name, child] of node.children) {
      if (Object.hasOwn(value, name)) this.#visit(child, value[name], places);
    }
  }
}

// Which objects, and which versions of them, a bucket holds.
import { randomBytes } from 'node:crypto';
import type { Store, Table } from '../../../storage/store.ts';
import type { ObjectVersion } from './object-version.ts';

/** Sorts before every character that a key may have, so that the versions of a key stand together, in the keys' order. */
const SEPARATOR = '\u0000';
const LARGEST_SEQUENCE = 9_999_999_999;

export type Versioning = 'Enabled' | 'Suspended' | undefined;

/** The versions of one bucket's objects. */
export class ObjectIndex {
  /** By key and a number that falls with each version: the newest of a key comes first. */
  readonly #versions: Table<ObjectVersion>;

  constructor(store: Store, bucket: string) {
    this.#versions = store.table(`s3/objects/${bucket}`);
  }

  get isEmpty(): boolean {
    return this.#versions.size === 0;
  }

  all(): IterableIterator<ObjectVersion> {
    return this.#versions.values();
  }

  /** Newest first. */
  versions(key: string): ObjectVersion[] {
    return this.#places(key).map((place) => this.#versions.get(place) as ObjectVersion);
  }

  /** The newest version, which may be a delete marker. */
  current(key: string): ObjectVersion | undefined {
    const [place] = this.#places(key);
    return place === undefined ? undefined : this.#versions.get(place);
  }

  find(key: string, versionId: string): ObjectVersion | undefined {
    return this.versions(key).find((version) => version.versionId === versionId);
  }

  /** The keys that begin with the prefix, in order, each with its versions, newest first. */
  *keys(prefix: string): Generator<{ key: string; versions: readonly ObjectVersion[] }> {
    let group: { key: string; versions: ObjectVersion[] } | undefined;
    for (const place of this.#versions.keysWithPrefix(prefix)) {
      const version = this.#versions.get(place);
      if (!version) continue;
      if (group?.key === version.key) {
        group.versions.push(version);
        continue;
      }
      if (group) yield group;
      group = { key: version.key, versions: [version] };
    }
    if (group) yield group;
  }

  /** Puts a new version on top, of that id or a new one; what it replaces (in a bucket without versions) is returned. */
  add<V extends Omit<ObjectVersion, 'versionId'>>(
    versioning: Versioning,
    draft: V & { readonly versionId?: string },
  ): { added: V & { versionId: string }; replaced?: ObjectVersion } {
    const { key } = draft;
    const versionId = draft.versionId ?? (versioning === 'Enabled' ? newVersionId() : 'null');
    const newest = this.#places(key)[0];
    const sequence = newest === undefined ? 0 : readSequence(newest) + 1;
    const replaced = this.remove(key, versionId);
    const added = { ...draft, versionId };
    this.#versions.put(place(key, sequence), added);
    return { added, ...(replaced && { replaced }) };
  }

  /** Replaces the record of a version by one with other metadata. */
  update(version: ObjectVersion): void {
    const found = this.#findPlace(version.key, version.versionId);
    if (found !== undefined) this.#versions.put(found, version);
  }

  remove(key: string, versionId: string): ObjectVersion | undefined {
    const found = this.#findPlace(key, versionId);
    if (found === undefined) return undefined;
    const version = this.#versions.get(found);
    this.#versions.delete(found);
    return version;
  }

  #findPlace(key: string, versionId: string): string | undefined {
    return this.#places(key).find((each) => this.#versions.get(each)?.versionId === versionId);
  }

  #places(key: string): string[] {
    return this.#versions.keysWithPrefix(key + SEPARATOR);
  }
}

export function newVersionId(): string {
  return randomBytes(24).toString('base64url');
}

function place(key: string, sequence: number): string {
  return key + SEPARATOR + String(LARGEST_SEQUENCE - sequence).padStart(10, '0');
}

function readSequence(taken: string): number {
  return LARGEST_SEQUENCE - Number(taken.slice(taken.lastIndexOf(SEPARATOR) + 1));
}

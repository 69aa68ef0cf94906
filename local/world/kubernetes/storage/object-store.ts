// Versioned storage of Kubernetes objects: one counter for all changes, and a bounded memory of them for watches.
import type { Store, Table } from '../../../storage/store.ts';
import type { KubernetesObject } from '../resources/kubernetes-object.ts';
import type { ResourceType } from '../resources/resource-type.ts';

export interface Change {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  /** `<group>/<resource>`. */
  readonly resource: string;
  readonly object: KubernetesObject;
  /** The object before a modification. */
  readonly previous?: KubernetesObject;
  readonly version: number;
}

/** How many changes a watch may lag behind before it is told 410 Expired. */
const rememberedChanges = 5_000;

type Keyed = Pick<ResourceType, 'group' | 'resource'>;

export class ObjectStore {
  private readonly table: Table<KubernetesObject>;
  private readonly counter: Table<number>;
  private readonly store: Store;
  private readonly byResource = new Map<string, Map<string, KubernetesObject>>();
  private readonly listeners = new Set<(change: Change) => void>();
  private changes: Change[] = [];
  private oldestVersion: number;
  private version: number;

  constructor(store: Store) {
    this.store = store;
    this.table = store.table<KubernetesObject>('kubernetes/objects');
    this.counter = store.table<number>('kubernetes/version');
    this.version = this.counter.get('resourceVersion') ?? 1;
    this.oldestVersion = this.version;
    for (const [key, object] of this.table.entries()) {
      const [group = '', resource = '', ...rest] = key.split('/');
      this.indexOf(`${group}/${resource}`).set(rest.join('/'), object);
    }
  }

  /** The version of the newest change. */
  currentVersion(): number {
    return this.version;
  }

  find(type: Keyed, namespace: string, name: string): KubernetesObject | undefined {
    return this.indexOf(`${type.group}/${type.resource}`).get(`${namespace}/${name}`);
  }

  /** Sorted by namespace and name, as the real server lists them. */
  list(type: Keyed, namespace?: string): KubernetesObject[] {
    const index = this.indexOf(`${type.group}/${type.resource}`);
    const keys = [...index.keys()].filter((key) => namespace === undefined || key.startsWith(`${namespace}/`)).sort();
    return keys.flatMap((key) => index.get(key) ?? []);
  }

  /** Stores the object under a new resourceVersion; `object` must be a fresh copy. Durable after `flush`. */
  put(type: Keyed, object: KubernetesObject): KubernetesObject {
    const resource = `${type.group}/${type.resource}`;
    const key = `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
    const previous = this.indexOf(resource).get(key);
    object.metadata.resourceVersion = String(this.nextVersion());
    this.indexOf(resource).set(key, object);
    this.table.put(`${resource}/${key}`, object);
    this.announce({
      type: previous ? 'MODIFIED' : 'ADDED',
      resource,
      object,
      ...(previous ? { previous } : {}),
      version: this.version,
    });
    return object;
  }

  /** Removes the object; watchers see its last state under a new resourceVersion. */
  remove(type: Keyed, object: KubernetesObject): KubernetesObject {
    const resource = `${type.group}/${type.resource}`;
    const key = `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
    const last = { ...object, metadata: { ...object.metadata, resourceVersion: String(this.nextVersion()) } };
    this.indexOf(resource).delete(key);
    this.table.delete(`${resource}/${key}`);
    this.announce({ type: 'DELETED', resource, object: last, previous: object, version: this.version });
    return last;
  }

  /** What changed after a version, oldest first; undefined when the version is too old to tell. */
  changesSince(version: number): readonly Change[] | undefined {
    if (version < this.oldestVersion) return undefined;
    return this.changes.filter((change) => change.version > version);
  }

  /** Calls the listener for each change from now on; returns the function that stops it. */
  subscribe(listener: (change: Change) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Resolves when everything stored so far is on disk. */
  flush(): Promise<void> {
    return this.store.flush();
  }

  private indexOf(resource: string): Map<string, KubernetesObject> {
    let index = this.byResource.get(resource);
    if (!index) {
      index = new Map();
      this.byResource.set(resource, index);
    }
    return index;
  }

  private nextVersion(): number {
    this.version += 1;
    this.counter.put('resourceVersion', this.version);
    return this.version;
  }

  private announce(change: Change): void {
    this.changes.push(change);
    if (this.changes.length > 2 * rememberedChanges) {
      this.changes = this.changes.slice(-rememberedChanges);
      this.oldestVersion = (this.changes[0]?.version ?? this.version) - 1;
    }
    for (const listener of [...this.listeners]) listener(change);
  }
}

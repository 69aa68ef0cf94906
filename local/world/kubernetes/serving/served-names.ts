// Which names lead where: what ingress-nginx and external-dns make of Ingresses and Services in a real cluster.

/** By `host:port`: the addresses of the name, each `127.0.0.1:<port>`. */
export type ServedNames = ReadonlyMap<string, readonly string[]>;

/** Gathers what several controllers serve, and tells of changes. */
export class ServedNamesBook {
  private readonly bySource = new Map<string, ServedNames>();
  private readonly listeners = new Set<() => void>();

  /** Replaces all that `source` served. */
  set(source: string, names: ServedNames): void {
    const before = this.bySource.get(source) ?? new Map<string, readonly string[]>();
    if (names.size === 0) this.bySource.delete(source);
    else this.bySource.set(source, names);
    if (JSON.stringify([...before]) !== JSON.stringify([...names])) for (const listener of this.listeners) listener();
  }

  names(): ServedNames {
    const merged = new Map<string, string[]>();
    for (const names of this.bySource.values())
      for (const [name, addresses] of names) merged.set(name, [...(merged.get(name) ?? []), ...addresses]);
    return merged;
  }

  /** Returns the function that stops it. */
  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }
}

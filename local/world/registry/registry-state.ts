// What the registry knows of its images beside their bytes: manifests by repository, and the tags that point to them.
import type { Store, Table } from '../../storage/store.ts';

export interface ManifestRecord {
  readonly mediaType: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The tag under which it was pushed first, if any. */
  readonly tag?: string;
}

export interface RegistryState {
  /** By `repository@digest`. */
  readonly manifests: Table<ManifestRecord>;
  /** By `repository:tag`, the digest. */
  readonly tags: Table<string>;
  flush(): Promise<void>;
}

/** The registry's tables in a store. */
export function openRegistryState(store: Store): RegistryState {
  return {
    manifests: store.table('registry/manifests'),
    tags: store.table('registry/tags'),
    flush: () => store.flush(),
  };
}

/** The digest that a tag or digest stands for, if such a manifest is there. */
export function findManifestDigest(state: RegistryState, repository: string, reference: string): string | undefined {
  const digest = reference.startsWith('sha256:') ? reference : state.tags.get(`${repository}:${reference}`);
  return digest !== undefined && state.manifests.has(`${repository}@${digest}`) ? digest : undefined;
}

/** Tags of a repository in lexical order. */
export function listTags(state: RegistryState, repository: string): string[] {
  const prefix = `${repository}:`;
  return state.tags.keysWithPrefix(prefix).map((key) => key.slice(prefix.length));
}

/** Whether anything was ever pushed there and is still there. */
export function hasRepository(state: RegistryState, repository: string): boolean {
  return state.manifests.keysWithPrefix(`${repository}@`).length > 0;
}

/** Removes a manifest with all its tags, or one tag. False when there was none. */
export function removeReference(state: RegistryState, repository: string, reference: string): boolean {
  if (!reference.startsWith('sha256:')) {
    const key = `${repository}:${reference}`;
    if (!state.tags.has(key)) return false;
    state.tags.delete(key);
    return true;
  }
  const key = `${repository}@${reference}`;
  if (!state.manifests.has(key)) return false;
  state.manifests.delete(key);
  for (const tag of listTags(state, repository)) {
    if (state.tags.get(`${repository}:${tag}`) === reference) state.tags.delete(`${repository}:${tag}`);
  }
  return true;
}

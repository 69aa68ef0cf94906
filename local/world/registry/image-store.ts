// Manifests, tags and blobs of the registry.
import { createHash } from 'node:crypto';
import type { Store, Table } from '../../storage/store.ts';

export interface Manifest {
  readonly digest: string;
  readonly mediaType: string;
  readonly body: string;
}

interface Description {
  readonly tag: string;
  readonly labels: Readonly<Record<string, string>>;
}

export class ImageStore {
  private readonly manifests: Table<Manifest>;
  private readonly tags: Table<string>;
  private readonly blobs: Table<string>;
  private readonly descriptions: Table<Description>;

  constructor(store: Store) {
    this.manifests = store.table<Manifest>('registry/manifests');
    this.tags = store.table<string>('registry/tags');
    this.blobs = store.table<string>('registry/blobs');
    this.descriptions = store.table<Description>('registry/descriptions');
  }

  /** By tag or by digest. */
  findManifest(repository: string, reference: string): Manifest | undefined {
    const digest = reference.startsWith('sha256:') ? reference : this.tags.get(`${repository}:${reference}`);
    return digest === undefined ? undefined : this.manifests.get(`${repository}@${digest}`);
  }

  putManifest(repository: string, reference: string, manifest: Omit<Manifest, 'digest'>): string {
    const digest = `sha256:${createHash('sha256').update(manifest.body).digest('hex')}`;
    this.manifests.put(`${repository}@${digest}`, { ...manifest, digest });
    if (!reference.startsWith('sha256:')) this.tags.put(`${repository}:${reference}`, digest);
    return digest;
  }

  deleteManifest(repository: string, digest: string): void {
    this.manifests.delete(`${repository}@${digest}`);
    for (const key of this.tags.keysWithPrefix(`${repository}:`)) {
      if (this.tags.get(key) === digest) this.tags.delete(key);
    }
  }

  listTags(repository: string): string[] {
    return this.tags.keysWithPrefix(`${repository}:`).map((key) => key.slice(repository.length + 1));
  }

  findBlob(digest: string): Buffer | undefined {
    const blob = this.blobs.get(digest);
    return blob === undefined ? undefined : Buffer.from(blob, 'base64');
  }

  putBlob(digest: string, base64: string): void {
    this.blobs.put(digest, base64);
  }

  describe(repository: string, digest: string, description: Description): void {
    this.descriptions.put(`${repository}@${digest}`, description);
  }

  /** Of `host/repository@digest` or `host/repository:tag`; undefined when it cannot be pulled from here. */
  findDescription(image: string): Description | undefined {
    const match = /^(?:[^/]*[.:][^/]*\/)?([^@:]+)(?:@(sha256:[0-9a-f]+)|:([\w.-]+))$/.exec(image);
    if (match === null) return undefined;
    const [, repository = '', digest, tag = ''] = match;
    const manifest = this.findManifest(repository, digest ?? tag);
    return manifest === undefined ? undefined : this.descriptions.get(`${repository}@${manifest.digest}`);
  }
}

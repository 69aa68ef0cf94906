// Repositories, images by digest, and the replication of a registry: of each region on its own.
import type { Store, Table } from '../../storage/store.ts';

export interface Image {
  readonly region: string;
  readonly repository: string;
  readonly digest: string;
  readonly manifest: string;
  readonly mediaType: string;
  readonly tags: readonly string[];
  readonly pushedAt: number;
  /** Of a replica: until then it is on its way, and nobody sees it. */
  readonly availableAt: number;
}

export interface ReplicationRule {
  readonly destinations: readonly { readonly region: string; readonly registryId: string }[];
  readonly repositoryFilters?: readonly { readonly filter: string; readonly filterType: string }[];
}

export interface Backfill {
  readonly id: string;
  readonly region: string;
  readonly destination: { readonly region: string; readonly registryId: string };
  readonly startedAt: number;
  readonly endsAt: number;
  readonly images: number;
}

export class ImageTable {
  readonly repositories: Table<{ readonly region: string; readonly name: string; readonly createdAt: number }>;
  readonly images: Table<Image>;
  readonly rules: Table<{ readonly rules: readonly ReplicationRule[] }>;
  readonly backfills: Table<Backfill>;

  constructor(store: Store) {
    this.repositories = store.table('ecr/repositories');
    this.images = store.table('ecr/images');
    this.rules = store.table('ecr/replication');
    this.backfills = store.table('ecr/backfills');
  }

  hasRepository(region: string, name: string): boolean {
    return this.repositories.get(`${region}/${name}`) !== undefined;
  }

  putRepository(region: string, name: string, createdAt: number): void {
    this.repositories.put(`${region}/${name}`, { region, name, createdAt });
  }

  list(region: string, repository: string): Image[] {
    return [...this.images.values()].filter((image) => image.region === region && image.repository === repository);
  }

  find(region: string, repository: string, digest: string): Image | undefined {
    return this.images.get(`${region}/${repository}@${digest}`);
  }

  put(image: Image): void {
    this.images.put(`${image.region}/${image.repository}@${image.digest}`, image);
  }

  remove({ region, repository, digest }: Image): void {
    this.images.delete(`${region}/${repository}@${digest}`);
  }

  /** Regions that an image of a repository is replicated to. */
  destinationsOf(region: string, repository: string): string[] {
    const rules = this.rules.get(region)?.rules ?? [];
    return rules
      .filter(
        ({ repositoryFilters: filters = [] }) =>
          filters.length === 0 || filters.some(({ filter }) => repository.startsWith(filter)),
      )
      .flatMap(({ destinations }) => destinations.map((each) => each.region));
  }
}

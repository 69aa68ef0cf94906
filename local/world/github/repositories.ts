// The repositories of the GitHub world: each a record and a bare git repository on disk.
import { join } from 'node:path';
import { BareRepository } from './git/bare-repository.ts';
import type { GitHubRecords, RepositoryRecord } from './records.ts';
import { stableId } from './shapes/stable-id.ts';

export interface Repository {
  /** `owner/name`. */
  readonly fullName: string;
  readonly record: RepositoryRecord;
  readonly git: BareRepository;
}

export interface Repositories {
  /** The repository of that `owner/name`, in any case. */
  find(fullName: string): Promise<Repository | undefined>;
  /** Creates the repository when missing; an existing one is left as it is. */
  ensure(repository: {
    readonly owner: string;
    readonly name: string;
    readonly isPrivate: boolean;
    readonly defaultBranch: string;
    readonly createdAt: number;
  }): Promise<Repository>;
  /** Where the repository of that `owner/name`, in any case, lies. */
  findDirectory(fullName: string): string | undefined;
  list(): readonly RepositoryRecord[];
  update(record: RepositoryRecord): void;
  close(): void;
}

/** The repositories whose git data lies in `directory`. */
export function createRepositories(directory: string, records: GitHubRecords): Repositories {
  const opened = new Map<string, Promise<BareRepository>>();
  const directoryOf = ({ owner, name }: RepositoryRecord) => join(directory, owner, `${name}.git`);
  const openGit = (key: string, record: RepositoryRecord): Promise<BareRepository> => {
    let git = opened.get(key);
    if (!git) {
      git = BareRepository.open(directoryOf(record), record.defaultBranch);
      opened.set(key, git);
    }
    return git;
  };
  const find = async (fullName: string): Promise<Repository | undefined> => {
    const key = fullName.toLowerCase();
    const record = records.repositories.get(key);
    return record && { fullName: `${record.owner}/${record.name}`, record, git: await openGit(key, record) };
  };

  return {
    find,
    async ensure({ owner, name, isPrivate, defaultBranch, createdAt }) {
      const key = `${owner}/${name}`.toLowerCase();
      if (!records.repositories.has(key)) {
        const id = stableId(`repository ${key}`);
        const record = { id, owner, name, isPrivate, defaultBranch, createdAt, pushedAt: createdAt };
        records.repositories.put(key, record);
      }
      const repository = await find(key);
      if (!repository) throw new Error(`repository ${owner}/${name} vanished while it was created`);
      return repository;
    },
    findDirectory(fullName) {
      const record = records.repositories.get(fullName.toLowerCase());
      return record && directoryOf(record);
    },
    list: () => [...records.repositories.values()],
    update: (record) => records.repositories.put(`${record.owner}/${record.name}`.toLowerCase(), record),
    close() {
      for (const git of opened.values()) git.then((repository) => repository.close()).catch(() => undefined);
      opened.clear();
    },
  };
}

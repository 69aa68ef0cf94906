// What differs between two commits: files with counts and patches, and paths per commit.
import { type BareRepository, splitByNul } from './bare-repository.ts';

export interface FileChange {
  readonly path: string;
  /** Of a rename or copy. */
  readonly previousPath?: string;
  readonly status: 'added' | 'removed' | 'modified' | 'renamed' | 'copied' | 'changed';
  /** The blob after the change (before it, when removed). */
  readonly sha: string;
  readonly additions: number;
  readonly deletions: number;
  /** Hunks only; absent for binary files and pure renames. */
  readonly patch?: string;
}

export interface CommitPaths {
  readonly added: string[];
  readonly removed: string[];
  readonly modified: string[];
}

const EMPTY_TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';

const statusByLetter: Readonly<Record<string, FileChange['status']>> = {
  A: 'added',
  D: 'removed',
  M: 'modified',
  R: 'renamed',
  C: 'copied',
  T: 'changed',
};

/** The files that differ from one tree (of nothing by default) to another, by path, renames detected. */
export async function compareTrees(
  repository: BareRepository,
  before: string | undefined,
  after: string,
): Promise<FileChange[]> {
  const range = ['-r', '-M', '-z', before ?? EMPTY_TREE, after];
  const [raw, counts, patches] = await Promise.all([
    repository.run(['diff-tree', '--raw', '--no-abbrev', ...range]),
    repository.run(['diff-tree', '--numstat', ...range]),
    repository.run(['diff-tree', '-p', ...range.filter((flag) => flag !== '-z')]),
  ]);
  const countByPath = parseCounts(splitByNul(counts.stdout));
  // Git lists the same files in the same order in both forms.
  const patchTexts = patches.stdout.toString('utf8').split(/^(?=diff --git )/m);
  return parseRaw(splitByNul(raw.stdout)).map((change, index) => {
    const [additions, deletions] = countByPath.get(change.path) ?? [0, 0];
    const patch = /^@@[\s\S]*/m.exec(patchTexts[index] ?? '')?.[0].replace(/\n$/, '');
    return { ...change, additions, deletions, ...(patch !== undefined && { patch }) };
  });
}

function parseRaw(fields: readonly string[]): Omit<FileChange, 'additions' | 'deletions' | 'patch'>[] {
  const changes: Omit<FileChange, 'additions' | 'deletions' | 'patch'>[] = [];
  for (let index = 0; index < fields.length; ) {
    const [, , beforeSha = '', afterSha = '', letters = ''] = (fields[index] ?? '').split(' ');
    const status = statusByLetter[letters.charAt(0)] ?? 'changed';
    const hasTwoPaths = status === 'renamed' || status === 'copied';
    const path = fields[index + (hasTwoPaths ? 2 : 1)] ?? '';
    const previousPath = hasTwoPaths ? { previousPath: fields[index + 1] ?? '' } : {};
    changes.push({ path, ...previousPath, status, sha: status === 'removed' ? beforeSha : afterSha });
    index += hasTwoPaths ? 3 : 2;
  }
  return changes;
}

/** Lines added and deleted, by the path after the change. */
function parseCounts(fields: readonly string[]): Map<string, readonly [additions: number, deletions: number]> {
  const counts = new Map<string, readonly [number, number]>();
  for (let index = 0; index < fields.length; ) {
    const [additions, deletions, path] = (fields[index] ?? '').split('\t');
    // A rename's own field ends with an empty path; the old and the new one follow.
    const isRename = path === '';
    // Binary files count as "-".
    counts.set((isRename ? fields[index + 2] : path) ?? '', [Number(additions) || 0, Number(deletions) || 0]);
    index += isRename ? 3 : 1;
  }
  return counts;
}

/** Which paths each commit touched against its first parent, without rename detection, as a push event lists them. */
export async function listPathsPerCommit(
  repository: BareRepository,
  commitIds: readonly string[],
): Promise<Map<string, CommitPaths>> {
  const paths = new Map(commitIds.map((id): [string, CommitPaths] => [id, { added: [], removed: [], modified: [] }]));
  if (commitIds.length === 0) return paths;
  const { stdout } = await repository.run(
    ['diff-tree', '--stdin', '-r', '--root', '--no-renames', '--name-status', '-z', '--diff-merges=first-parent'],
    { input: commitIds.map((id) => `${id}\n`).join('') },
  );
  const fields = splitByNul(stdout);
  let current: CommitPaths | undefined;
  for (let index = 0; index < fields.length; index += 1) {
    const field = fields[index] ?? '';
    if (field.length === 40) {
      current = paths.get(field);
      continue;
    }
    index += 1;
    const list = field === 'A' ? current?.added : field === 'D' ? current?.removed : current?.modified;
    list?.push(fields[index] ?? '');
  }
  return paths;
}

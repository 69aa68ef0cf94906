// A bare git repository on disk: objects and refs, by git's own plumbing commands.
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { buildCommit, type Commit, parseCommit } from './commit.ts';
import { editTree, type TreeChange } from './edit-tree.ts';
import { type GitObject, ObjectReader } from './object-reader.ts';
import { type GitOutcome, runGit } from './run-git.ts';
import { writeObject } from './write-object.ts';

export const NO_COMMIT = '0'.repeat(40);

export interface Ref {
  /** In full: `refs/heads/main`. */
  readonly name: string;
  /** What it points at: a commit, or the object of an annotated tag. */
  readonly sha: string;
  readonly type: GitObject['type'];
}

export interface TreeEntry {
  /** Relative to the tree that was listed. */
  readonly path: string;
  readonly mode: string;
  readonly type: 'blob' | 'tree' | 'commit';
  readonly sha: string;
  /** Of a blob. */
  readonly sizeBytes?: number;
}

export class BareRepository {
  readonly directory: string;
  readonly #reader: ObjectReader;

  private constructor(directory: string) {
    this.directory = directory;
    this.#reader = new ObjectReader(directory);
  }

  /** Opens the repository of that folder, creating an empty one when missing. */
  static async open(directory: string, defaultBranch: string): Promise<BareRepository> {
    const exists = await stat(join(directory, 'HEAD')).then(
      () => true,
      () => false,
    );
    if (exists) await removeLocks(directory);
    else await createRepository(directory, defaultBranch);
    return new BareRepository(directory);
  }

  run(commandLine: readonly string[], options: Parameters<typeof runGit>[2] = {}): Promise<GitOutcome> {
    return runGit(this.directory, commandLine, options);
  }

  /** The object of that name: an id or a revision expression. */
  findObject(name: string): Promise<GitObject | undefined> {
    return this.#reader.find(name);
  }

  /** The commit that a branch, tag, id or abbreviated id names, as GitHub resolves a `ref` parameter. */
  async findCommit(revision: string): Promise<Commit | undefined> {
    if (!isPlainRevision(revision)) return undefined;
    const candidates = [`refs/heads/${revision}`, `refs/tags/${revision}`, revision];
    for (const candidate of /^[0-9a-f]{40}$/.test(revision) ? [revision] : candidates) {
      const object = await this.findObject(`${candidate}^{commit}`);
      if (object) return parseCommit(object.sha, object.content);
    }
    return undefined;
  }

  /** Writes an object and gives its id. */
  writeObject(type: GitObject['type'], content: string | Uint8Array): Promise<string> {
    return writeObject(this.directory, type, content);
  }

  writeCommit(commit: Omit<Commit, 'sha'>): Promise<string> {
    return this.writeObject('commit', buildCommit(commit));
  }

  /** Writes the tree that results from the changes to a base tree (to an empty one by default). */
  writeTree(changes: readonly TreeChange[], baseTree?: string): Promise<string> {
    return editTree(this, changes, baseTree);
  }

  /** The entries of a tree, or of everything below it. */
  async listTree(tree: string, options: { readonly recursive?: boolean } = {}): Promise<TreeEntry[]> {
    const flags = options.recursive ? ['-r', '-t'] : [];
    const { stdout } = await this.run(['ls-tree', '-z', '--long', '--full-tree', ...flags, tree]);
    return splitByNul(stdout).map((line) => {
      const [, mode = '', type, sha = '', size, path = ''] =
        /^(\d+) (\w+) ([0-9a-f]+) +(\S+)\t([\s\S]*)$/.exec(line) ?? [];
      const entry = { path, mode, type: type as TreeEntry['type'], sha };
      return size === '-' ? entry : { ...entry, sizeBytes: Number(size) };
    });
  }

  /** All refs below a full prefix (`refs/heads/`), by name. */
  async listRefs(prefix = 'refs/'): Promise<Ref[]> {
    const { stdout } = await this.run(['for-each-ref', '--format=%(objectname) %(objecttype) %(refname)']);
    return stdout
      .toString()
      .split('\n')
      .flatMap((line) => {
        const [, sha = '', type, name = ''] = /^(\S+) (\S+) (.*)$/.exec(line) ?? [];
        return name.startsWith(prefix) ? [{ name, sha, type: type as GitObject['type'] }] : [];
      });
  }

  /** The ref of that full name. */
  async findRef(name: string): Promise<Ref | undefined> {
    if (!isPlainRevision(name)) return undefined;
    const object = await this.findObject(name);
    return object && { name, sha: object.sha, type: object.type };
  }

  /**
   * Moves a ref from `before` to `after` in one step (either may be NO_COMMIT: create, delete).
   * False when the ref is not at `before` any more.
   */
  async moveRef(name: string, before: string, after: string): Promise<boolean> {
    const { exitCode } = await this.run(['update-ref', '--stdin'], {
      input: after === NO_COMMIT ? `delete ${name} ${before}\n` : `update ${name} ${after} ${before}\n`,
      acceptedExitCodes: [128],
    });
    return exitCode === 0;
  }

  /** Whether a full ref name is one that git accepts. */
  async isValidRefName(name: string): Promise<boolean> {
    if (!/^refs\/[^/]+\/./.test(name) || !isPlainRevision(name)) return false;
    const { exitCode } = await this.run(['check-ref-format', name], { acceptedExitCodes: [1, 128, 129] });
    return exitCode === 0;
  }

  async isAncestor(ancestor: string, descendant: string): Promise<boolean> {
    const outcome = await this.run(['merge-base', '--is-ancestor', ancestor, descendant], { acceptedExitCodes: [1] });
    return outcome.exitCode === 0;
  }

  /** Ids as `git rev-list` prints them. */
  async listCommitIds(revListArguments: readonly string[]): Promise<string[]> {
    const { stdout } = await this.run(['rev-list', ...revListArguments]);
    return stdout.toString().split('\n').filter(Boolean);
  }

  async isEmpty(): Promise<boolean> {
    return (await this.listRefs()).length === 0;
  }

  close(): void {
    this.#reader.close();
  }
}

/** Complete before it is there: a crash on the way leaves nothing that looks like a repository. */
async function createRepository(directory: string, defaultBranch: string): Promise<void> {
  const unfinished = `${directory}.new`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true });
  await runGit(unfinished, ['init', '--quiet', '--bare', `--initial-branch=${defaultBranch}`, unfinished]);
  await runGit(unfinished, ['config', 'http.receivepack', 'true']);
  // What GitHub allows its clients: `git fetch <sha>` of anything that is there.
  await runGit(unfinished, ['config', 'uploadpack.allowAnySHA1InWant', 'true']);
  await runGit(unfinished, ['config', 'gc.auto', '0']);
  await rename(unfinished, directory);
}

/** A git process that was killed leaves its lock behind, on which every later update of that ref would fail. */
async function removeLocks(directory: string): Promise<void> {
  const files = await readdir(join(directory, 'refs'), { recursive: true });
  const locks = ['HEAD.lock', 'packed-refs.lock', ...files.map((file) => join('refs', file))];
  for (const lock of locks.filter((file) => file.endsWith('.lock'))) await rm(join(directory, lock), { force: true });
}

/** No option, no revision syntax (`@{…}`, `^`, `~`, `:`), no control characters: only what can be a ref's name or an id. */
function isPlainRevision(revision: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that git forbids.
  return revision !== '' && !revision.startsWith('-') && !/[\x00-\x20\x7f~^:?*[\\]|@\{|\.\./.test(revision);
}

/** The fields of a `-z` listing. */
export function splitByNul(bytes: Buffer): string[] {
  const fields = bytes.toString('utf8').split('\0');
  return fields.at(-1) === '' ? fields.slice(0, -1) : fields;
}

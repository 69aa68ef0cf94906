// Manifests out of git: revisions are resolved at the remote, trees are read from a local bare clone.
import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runProgram } from '../../../programs/run-program.ts';
import { findBranchTip } from './find-branch-tip.ts';
import { watchBranch } from './watch-branch.ts';

/** Text files by path from the repository's root. */
export type FileTree = ReadonlyMap<string, string>;

const maximumFileBytes = 1024 * 1024;
const rememberedTrees = 20;
const gitTimeoutMilliseconds = 60_000;

export class GitSource {
  private readonly directory: string;
  private readonly resolveRepository: (url: string) => string | Promise<string>;
  private readonly trees = new Map<string, Promise<FileTree>>();
  private readonly prepared = new Set<string>();
  private queue: Promise<unknown> = Promise.resolve();

  /** `resolveRepository` maps the URL in an Application to what git fetches from: another URL or a path. */
  constructor(directory: string, resolveRepository: (url: string) => string | Promise<string>) {
    this.directory = directory;
    this.resolveRepository = resolveRepository;
  }

  /** The commit a branch, tag, `HEAD` or commit id names. Throws Error in git's or Argo CD's words. */
  async resolveRevision(url: string, targetRevision: string): Promise<string> {
    if (/^[0-9a-f]{40}$/.test(targetRevision)) return targetRevision;
    if (targetRevision.startsWith('-')) throw new Error(`unable to resolve '${targetRevision}' to a commit SHA`);
    const remote = await this.resolveRepository(url);
    const tip = findBranchTip(remote, targetRevision);
    if (tip) return tip;
    const listed = (await git(['ls-remote', '--', remote])).toString();
    const references = new Map(
      listed.split('\n').flatMap((line) => {
        const [commit, name] = line.split('\t');
        return commit && name ? [[name, commit] as const] : [];
      }),
    );
    const names =
      targetRevision === 'HEAD' || targetRevision === ''
        ? ['HEAD']
        : [
            `refs/tags/${targetRevision}^{}`,
            `refs/tags/${targetRevision}`,
            `refs/heads/${targetRevision}`,
            targetRevision,
          ];
    const found = names.map((name) => references.get(name)).find((commit) => commit !== undefined);
    if (!found) throw new Error(`unable to resolve '${targetRevision}' to a commit SHA`);
    return found;
  }

  /**
   * Calls `onChange` once, as soon as the revision may name another commit. What it gives ends the watch. Undefined when nobody would
   * be told, so that it has to be resolved again to know.
   */
  async watchRevision(url: string, targetRevision: string, onChange: () => void): Promise<(() => void) | undefined> {
    if (/^[0-9a-f]{40}$/.test(targetRevision)) return () => undefined;
    return watchBranch(await this.resolveRepository(url), targetRevision, onChange);
  }

  /** Every text file of the commit; what was read once is remembered. */
  async readTree(url: string, commit: string): Promise<FileTree> {
    const key = `${url}\n${commit}`;
    const known = this.trees.get(key);
    if (known) return known;
    // One git process writes to a clone at a time.
    const reading = this.queue.then(() => this.loadTree(url, commit));
    this.queue = reading.catch(() => undefined);
    this.trees.set(key, reading);
    reading.catch(() => this.trees.delete(key));
    const oldest = this.trees.keys().next().value;
    if (this.trees.size > rememberedTrees && oldest !== undefined) this.trees.delete(oldest);
    return reading;
  }

  private async loadTree(url: string, commit: string): Promise<FileTree> {
    const clone = join(this.directory, createHash('sha256').update(url).digest('hex').slice(0, 16));
    await this.prepareClone(clone);
    const list = async (): Promise<Buffer> => await git(['-C', clone, 'ls-tree', '-r', '-l', '-z', commit]);
    const known = await list().catch(() => undefined);
    if (known === undefined) {
      const remote = await this.resolveRepository(url);
      const references = ['+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*'];
      await git(['-C', clone, 'fetch', '--quiet', '--prune', '--force', '--', remote, ...references]);
    }
    const listed = (known ?? (await list())).toString();
    const files = listed.split('\0').flatMap((line) => {
      const parts = /^100\d{3} blob ([0-9a-f]+)\s+(\d+)\t(.*)$/s.exec(line);
      return parts && Number(parts[2]) <= maximumFileBytes ? [{ blob: parts[1] ?? '', path: parts[3] ?? '' }] : [];
    });
    const contents = await readBlobs(
      clone,
      files.map((file) => file.blob),
    );
    return new Map(files.map((file, index) => [file.path, contents[index] ?? '']));
  }

  private async prepareClone(clone: string): Promise<void> {
    if (this.prepared.has(clone)) return;
    await mkdir(this.directory, { recursive: true });
    await git(['init', '--quiet', '--bare', clone]);
    this.prepared.add(clone);
  }
}

/** Throws in git's words unless it ended well. */
async function git(args: readonly string[], input?: string): Promise<Buffer> {
  const { exitCode, stdout, stderr } = await runProgram({
    program: 'git',
    args,
    environment: gitEnvironment(),
    timeoutMilliseconds: gitTimeoutMilliseconds,
    ...(input !== undefined && { input }),
  });
  if (exitCode === 0) return stdout;
  const command = args.find((argument) => /^[a-z-]+$/.test(argument)) ?? '';
  const why = /^(?:fatal|error): .*$/m.exec(stderr)?.[0] ?? `it ended with ${exitCode ?? 'a signal'}`;
  throw new Error(`failed to run git ${command}: ${why}`);
}

function gitEnvironment(): Record<string, string> {
  const { PATH = '', HOME = '' } = process.env;
  return { PATH, HOME, GIT_TERMINAL_PROMPT: '0', GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };
}

/** The blobs' texts in order, by one `git cat-file --batch`. */
async function readBlobs(clone: string, blobs: readonly string[]): Promise<string[]> {
  const output = await git(['-C', clone, 'cat-file', '--batch'], blobs.map((blob) => `${blob}\n`).join(''));
  const texts: string[] = [];
  for (let offset = 0; offset < output.length; ) {
    const end = output.indexOf(10, offset);
    const size = Number(output.subarray(offset, end).toString().split(' ')[2]);
    if (end === -1 || Number.isNaN(size)) break;
    texts.push(output.subarray(end + 1, end + 1 + size).toString());
    offset = end + 1 + size + 1;
  }
  if (texts.length === blobs.length) return texts;
  throw new Error(`git cat-file gave ${texts.length} of ${blobs.length} files`);
}

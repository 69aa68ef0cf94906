// What a developer, a CI system or an owner does on GitHub, as functions: seed, push, finish a build, release.
import { type Conclusion, moveWorkflowRun } from './actions/workflow-runs.ts';
import { createRelease } from './api/release-routes.ts';
import { issueToken } from './authentication/find-actor.ts';
import { NO_COMMIT } from './git/bare-repository.ts';
import type { GitHubWorld } from './github-world.ts';
import type { DeliveryRecord, HookRecord, ReleaseRecord, WorkflowRunRecord } from './records.ts';
import type { Repository } from './repositories.ts';
import { announceRefChange } from './webhooks/announce-ref-change.ts';
import { type CommitContent, type Files, writeCommit } from './write-commit.ts';

export interface Pushed {
  /** The tip after the push. */
  readonly sha: string;
  readonly before: string;
  /** Of every new commit, oldest first. */
  readonly commits: readonly string[];
  readonly deliveries: readonly DeliveryRecord[];
}

/** All of them resolve when the webhooks have been attempted. `repo` is `name` or `owner/name`. */
export interface GitHubControls {
  /** Creates the repository when missing and gives it a first commit when empty; otherwise changes nothing. Sends no event. */
  seedRepository(
    repo: string,
    files: Files,
    options?: { readonly branches?: readonly string[]; readonly defaultBranch?: string; readonly isPrivate?: boolean },
  ): Promise<{ readonly sha: string }>;
  /** Pushes one commit. A branch that is missing begins at the default branch. */
  pushCommit(push: {
    readonly repo: string;
    readonly branch: string;
    readonly files: Files;
    readonly message: string;
    readonly author?: string;
  }): Promise<Pushed>;
  /** Pushes several commits at once; with `onto` the branch is forced to grow from that commit. */
  pushCommits(push: {
    readonly repo: string;
    readonly branch: string;
    readonly commits: readonly CommitContent[];
    readonly author?: string;
    readonly onto?: string;
  }): Promise<Pushed>;
  deleteBranch(repo: string, branch: string, author?: string): Promise<readonly DeliveryRecord[]>;
  /** A workflow was queued or began for a commit. */
  startWorkflowRun(run: {
    readonly repo: string;
    readonly sha: string;
    readonly workflow?: string;
    readonly branch?: string;
    readonly status?: 'queued' | 'in_progress';
  }): Promise<{ readonly run: WorkflowRunRecord; readonly deliveries: readonly DeliveryRecord[] }>;
  /** A workflow ended for a commit. The branch is, unless told, the one whose tip the commit is. */
  completeWorkflowRun(run: {
    readonly repo: string;
    readonly sha: string;
    readonly conclusion: Conclusion;
    readonly workflow?: string;
    readonly branch?: string;
  }): Promise<{ readonly run: WorkflowRunRecord; readonly deliveries: readonly DeliveryRecord[] }>;
  publishRelease(release: {
    readonly repo: string;
    readonly tag: string;
    readonly target?: string;
    readonly name?: string;
    readonly body?: string;
    readonly prerelease?: boolean;
    readonly author?: string;
  }): Promise<{ readonly release: ReleaseRecord; readonly deliveries: readonly DeliveryRecord[] }>;
  /** Sends a payload as it is, e.g. a recorded one, to the hooks that want the event. */
  deliver(event: string, payload: object, options?: { readonly repo?: string }): Promise<readonly DeliveryRecord[]>;
  /** Points the app's webhook somewhere, or changes its secret. */
  configureWebhook(hook: {
    readonly url: string;
    readonly secret: string;
    readonly events?: readonly string[];
    readonly contentType?: 'json' | 'form';
  }): Promise<HookRecord>;
  /** A personal access token of that user, good for the API and for `git push`. */
  createToken(login: string, options?: { readonly expiresInSeconds?: number }): Promise<string>;
  /** Every delivery so far, oldest first. */
  deliveries(): readonly DeliveryRecord[];
  /** Resolves when no webhook is on its way. */
  settle(): Promise<void>;
  /** The content of a file at a branch, tag or commit; undefined when it is not there. */
  readFile(repo: string, path: string, ref?: string): Promise<string | undefined>;
}

const DEFAULT_AUTHOR = 'octocat';
const DEFAULT_WORKFLOW = 'build';

/** The controls of a world whose unqualified repository names belong to `owner`. */
export function createControls(world: GitHubWorld, owner: string): GitHubControls {
  const { records, clock, webhooks } = world;
  const qualify = (repo: string) => (repo.includes('/') ? repo : `${owner}/${repo}`);

  async function getRepository(repo: string): Promise<Repository> {
    const repository = await world.repositories.find(qualify(repo));
    if (repository) return repository;
    const known =
      records.repositories.size === 0 ? 'none' : [...records.repositories.values()].map(({ name }) => name).join(', ');
    throw new Error(`no repository "${qualify(repo)}": there are ${known}; make it with seedRepository`);
  }

  const pushCommits: GitHubControls['pushCommits'] = async (push) => {
    const repository = await getRepository(push.repo);
    const { git, record } = repository;
    const login = push.author ?? DEFAULT_AUTHOR;
    const ref = `refs/heads/${push.branch}`;
    if (!(await git.isValidRefName(ref))) throw new Error(`"${push.branch}" is no branch name that git accepts`);
    const current = await git.findRef(ref);
    const start = current ?? (await git.findRef(`refs/heads/${record.defaultBranch}`));
    const commits: string[] = [];
    for (const content of push.commits) {
      commits.push(
        await writeCommit(repository, commits.at(-1) ?? push.onto ?? start?.sha, content, { login, at: clock.now() }),
      );
    }
    const before = current?.sha ?? NO_COMMIT;
    const sha = commits.at(-1) ?? push.onto ?? before;
    if (!(await git.moveRef(ref, before, sha))) {
      throw new Error(`${record.name}@${push.branch} moved on from ${before} during the push; push again`);
    }
    const { delivered } = await announceRefChange(world, repository, { ref, before, after: sha }, login);
    await world.flush();
    return { sha, before, commits, deliveries: await delivered };
  };

  async function moveRun(
    told: { readonly repo: string; readonly sha: string; readonly workflow?: string; readonly branch?: string },
    status: 'queued' | 'in_progress' | 'completed',
    conclusion: Conclusion | null,
  ) {
    const repository = await getRepository(told.repo);
    const commit = await repository.git.findCommit(told.sha);
    if (!commit) throw new Error(`no commit ${told.sha} in ${repository.fullName}`);
    const heads = await repository.git.listRefs('refs/heads/');
    const head = heads.find(({ sha }) => sha === commit.sha)?.name.slice('refs/heads/'.length);
    const { run, delivered } = moveWorkflowRun(world, repository, commit, {
      sha: commit.sha,
      workflow: told.workflow ?? DEFAULT_WORKFLOW,
      branch: told.branch ?? head ?? repository.record.defaultBranch,
      event: 'push',
      actor: DEFAULT_AUTHOR,
      status,
      conclusion,
    });
    await world.flush();
    return { run, deliveries: await delivered };
  }

  return {
    async seedRepository(repo, files, { branches = [], defaultBranch = 'main', isPrivate = false } = {}) {
      const [repositoryOwner = '', name = ''] = qualify(repo).split('/');
      const createdAt = clock.now();
      const repository = await world.repositories.ensure({
        owner: repositoryOwner,
        name,
        isPrivate,
        defaultBranch,
        createdAt,
      });
      const { git, record } = repository;
      const main = `refs/heads/${record.defaultBranch}`;
      const existing = await git.findRef(main);
      const sha =
        existing?.sha ??
        (await writeCommit(
          repository,
          undefined,
          { files, message: 'Initial commit' },
          { login: owner, at: createdAt },
        ));
      if (!existing) await git.moveRef(main, NO_COMMIT, sha);
      for (const branch of branches) await git.moveRef(`refs/heads/${branch}`, NO_COMMIT, sha);
      await world.flush();
      return { sha };
    },
    pushCommits,
    pushCommit: ({ files, message, ...push }) => pushCommits({ ...push, commits: [{ files, message }] }),
    async deleteBranch(repo, branch, author = DEFAULT_AUTHOR) {
      const repository = await getRepository(repo);
      const ref = `refs/heads/${branch}`;
      const current = await repository.git.findRef(ref);
      if (!current || !(await repository.git.moveRef(ref, current.sha, NO_COMMIT))) {
        throw new Error(`no branch "${branch}" in ${repository.fullName}`);
      }
      const change = { ref, before: current.sha, after: NO_COMMIT };
      const { delivered } = await announceRefChange(world, repository, change, author);
      await world.flush();
      return delivered;
    },
    startWorkflowRun: (run) => moveRun(run, run.status ?? 'in_progress', null),
    completeWorkflowRun: (run) => moveRun(run, 'completed', run.conclusion),
    async publishRelease({ repo, tag, target, name = tag, body = '', prerelease = false, author = DEFAULT_AUTHOR }) {
      const repository = await getRepository(repo);
      const { release, delivered } = await createRelease(world, repository, author, {
        tagName: tag,
        targetCommitish: target ?? repository.record.defaultBranch,
        name,
        body,
        isDraft: false,
        isPrerelease: prerelease,
      });
      await world.flush();
      return { release, deliveries: await delivered };
    },
    async deliver(event, payload, { repo } = {}) {
      const repository = repo === undefined ? undefined : await getRepository(repo);
      return webhooks.emit(event, payload, repository?.record);
    },
    async configureWebhook({ url, secret, events = ['*'], contentType = 'json' }) {
      const known = webhooks.findAppHook();
      const now = clock.now();
      const hook: HookRecord = {
        id: known?.id ?? records.nextNumber('id'),
        url,
        secret,
        contentType,
        events,
        isActive: true,
        createdAt: known?.createdAt ?? now,
        updatedAt: now,
      };
      records.hooks.put(String(hook.id), hook);
      await world.flush();
      return hook;
    },
    async createToken(login, { expiresInSeconds } = {}) {
      const expiresAt = expiresInSeconds === undefined ? {} : { expiresAt: clock.now() + expiresInSeconds * 1000 };
      const token = issueToken(world, { login, ...expiresAt });
      await world.flush();
      return token;
    },
    deliveries: () => [...records.deliveries.values()],
    settle: () => webhooks.settle(),
    async readFile(repo, path, ref) {
      const { git, record } = await getRepository(repo);
      const commit = await git.findCommit(ref ?? record.defaultBranch);
      const object = commit && (await git.findObject(`${commit.sha}:${path}`));
      return object?.type === 'blob' ? object.content.toString('utf8') : undefined;
    },
  };
}

// What GitHub does after a branch or tag moved, however it moved: a push event, and create or delete events.
import { NO_COMMIT } from '../git/bare-repository.ts';
import { type Commit, parseCommit } from '../git/commit.ts';
import { type CommitPaths, listPathsPerCommit } from '../git/compare-commits.ts';
import type { RefCommand } from '../git/smart-http.ts';
import type { GitHubWorld } from '../github-world.ts';
import type { DeliveryRecord } from '../records.ts';
import type { Repository } from '../repositories.ts';
import { presentPushedRepository } from '../shapes/present-repository.ts';
import { findLogin, noreplyAddress } from '../shapes/present-user.ts';
import { formatTime } from '../shapes/stable-id.ts';
import { buildEvent } from './build-event.ts';

const SHORT = 12;

/**
 * Records the change and sends its events; other refs than branches and tags are nobody's business.
 * Resolves when the events are on their way; `delivered` resolves when the attempts are over.
 */
export async function announceRefChange(
  world: GitHubWorld,
  repository: Repository,
  change: RefCommand,
  login: string,
): Promise<{ readonly delivered: Promise<readonly DeliveryRecord[]> }> {
  const [, kind, name = ''] = /^refs\/(heads|tags)\/(.+)$/.exec(change.ref) ?? [];
  if (!kind || change.before === change.after) return { delivered: Promise.resolve([]) };
  const record = { ...repository.record, pushedAt: world.clock.now() };
  world.repositories.update(record);
  const push = await buildPushEvent(world, { ...repository, record }, change, login);
  world.record({
    service: 'github',
    name: push.deleted ? 'ref-deleted' : 'commit-pushed',
    subject: `${repository.fullName}@${name}`,
    details: {
      ref: change.ref,
      before: change.before,
      after: change.after,
      commits: push.commits.length,
      message: push.head_commit?.message ?? null,
      pusher: login,
      forced: push.forced,
    },
  });
  const deliveries = [world.webhooks.emit('push', push, record)];
  if (push.created || push.deleted) {
    const event = buildEvent(world.url(), record, login, {
      ref: name,
      ref_type: kind === 'heads' ? 'branch' : 'tag',
      full_ref: change.ref,
      ...(push.created && { master_branch: record.defaultBranch, description: null }),
      pusher_type: 'user',
    });
    deliveries.push(world.webhooks.emit(push.created ? 'create' : 'delete', event, record));
  }
  return { delivered: Promise.all(deliveries).then((lists) => lists.flat()) };
}

async function buildPushEvent(world: GitHubWorld, repository: Repository, change: RefCommand, login: string) {
  const { git, fullName, record } = repository;
  const { ref, before, after } = change;
  const url = world.url();
  const created = before === NO_COMMIT;
  const deleted = after === NO_COMMIT;
  const tip = deleted ? undefined : await findTip(repository, after);
  const forced = !created && tip !== undefined && !(await git.isAncestor(before, tip.sha));
  const ids = tip ? await listNewCommits(repository, change, tip.sha) : [];
  const distinct = new Set(tip ? await git.listCommitIds([tip.sha, '--not', `--exclude=${ref}`, '--all']) : []);
  // The newest ones are told, oldest first.
  const told = ids.slice(0, world.maximumPushCommits).reverse();
  const paths = await listPathsPerCommit(git, tip ? [...new Set([...told, tip.sha])] : told);
  const commits = await Promise.all(
    told.map(async (id) => ({
      ...presentPushedCommit(url, fullName, await getCommit(repository, id), paths),
      distinct: distinct.has(id),
    })),
  );
  const short = (sha: string) => sha.slice(0, SHORT);
  const range = created ? ref.replace(/^refs\/(heads|tags)\//, '') : `${short(before)}...${short(after)}`;
  return {
    ...buildEvent(url, record, login, {
      ref,
      before,
      after,
      pusher: { name: login, email: noreplyAddress(login) },
      created,
      deleted,
      forced,
      base_ref: null,
      compare: `${url}/${fullName}/compare/${range}`,
      commits,
      head_commit: tip ? presentPushedCommit(url, fullName, tip, paths) : null,
    }),
    repository: presentPushedRepository(url, record),
  };
}

/** The commit that a ref points at, through an annotated tag too. */
async function findTip({ git }: Repository, sha: string): Promise<Commit | undefined> {
  const object = await git.findObject(`${sha}^{commit}`);
  return object && parseCommit(object.sha, object.content);
}

async function getCommit(repository: Repository, sha: string): Promise<Commit> {
  const commit = await findTip(repository, sha);
  if (!commit) throw new Error(`no commit ${sha} in ${repository.fullName}`);
  return commit;
}

/** Commits that the push brought to the branch, newest first. */
async function listNewCommits({ git }: Repository, { ref, before }: RefCommand, tip: string): Promise<string[]> {
  if (before !== NO_COMMIT) return git.listCommitIds([tip, '--not', before]);
  return git.listCommitIds([tip, '--not', `--exclude=${ref}`, '--all']);
}

function presentPushedCommit(url: string, repository: string, commit: Commit, paths: ReadonlyMap<string, CommitPaths>) {
  const present = ({ name, email }: Commit['author']) => {
    const username = findLogin({ email });
    return { name, email, ...(username !== undefined && { username }) };
  };
  return {
    id: commit.sha,
    tree_id: commit.tree,
    distinct: true,
    message: commit.message,
    timestamp: formatTime(commit.committer.at),
    url: `${url}/${repository}/commit/${commit.sha}`,
    author: { ...present(commit.author), date: formatTime(commit.author.at) },
    committer: { ...present(commit.committer), date: formatTime(commit.committer.at) },
    ...(paths.get(commit.sha) ?? { added: [], removed: [], modified: [] }),
  };
}

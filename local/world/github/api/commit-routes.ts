// Commits and comparisons (https://docs.github.com/rest/commits).
import { type Commit, parseCommit } from '../git/commit.ts';
import { compareTrees } from '../git/compare-commits.ts';
import type { Repository } from '../repositories.ts';
import { presentCommit, presentFile } from '../shapes/present-commit.ts';
import { GitHubError, notFound } from './github-error.ts';
import { buildLinkHeader, parsePage } from './paginate.ts';
import { type ApiAnswer, type ApiCall, getParameter, type Route } from './route.ts';

/** A comparison lists this many commits at most unless pages are asked for, and this many files always. */
const COMPARED_COMMITS = 250;
const COMPARED_FILES = 300;

export const commitRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/commits',
    access: 'contents:read',
    documentation: 'commits/commits#list-commits',
    handle: listCommits,
  },
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/commits/{sha}/branches-where-head',
    access: 'contents:read',
    documentation: 'commits/commits#list-branches-for-head-commit',
    async handle({ url, repository, parameters }) {
      const refs = await repository.git.listRefs('refs/heads/');
      const heads = refs.filter(({ sha }) => sha === parameters.sha);
      return {
        status: 200,
        body: heads.map(({ name, sha }) => ({
          name: name.slice('refs/heads/'.length),
          commit: { sha, url: `${url}/repos/${repository.fullName}/commits/${sha}` },
          protected: false,
        })),
      };
    },
  },
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/commits/{ref...}',
    access: 'contents:read',
    documentation: 'commits/commits#get-a-commit',
    handle: answerCommit,
  },
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/compare/{range...}',
    access: 'contents:read',
    documentation: 'commits/commits#compare-two-commits',
    handle: answerComparison,
  },
];

/** The commit that a branch, tag or id names. Throws 422 as GitHub does for what names none. */
export async function getCommit({ repository }: { readonly repository: Repository }, ref: string): Promise<Commit> {
  const commit = await repository.git.findCommit(ref);
  if (!commit) throw new GitHubError(422, `No commit found for SHA: ${ref}`);
  return commit;
}

/** The commit of that full id. Throws 422 for anything else. */
export async function getCommitById(call: { readonly repository: Repository }, sha: string): Promise<Commit> {
  if (!/^[0-9a-f]{40}$/.test(sha)) throw new GitHubError(422, `No commit found for SHA: ${sha}`);
  return getCommit(call, sha);
}

async function listCommits(call: ApiCall): Promise<ApiAnswer> {
  const { query, repository } = call;
  const { git, record } = repository;
  if (await git.isEmpty()) throw new GitHubError(409, 'Git Repository is empty.');
  const start = await git.findCommit(query.get('sha') || record.defaultBranch);
  if (!start) throw notFound();
  const filters = ['since', 'until', 'author', 'committer'].flatMap((name) => {
    const value = query.get(name);
    return value ? [`--${name}=${value}`] : [];
  });
  const path = query.get('path');
  const selection = [...filters, start.sha, '--', ...(path ? [`:(literal)${path}`] : [])];
  const page = parsePage(query);
  const ids = await git.listCommitIds([
    `--skip=${(page.number - 1) * page.size}`,
    `--max-count=${page.size}`,
    ...selection,
  ]);
  const count = Number((await git.listCommitIds(['--count', ...selection]))[0]);
  const commits = await readCommits(repository, ids);
  return {
    status: 200,
    body: commits.map((commit) => presentCommit(call.url, repository.fullName, commit)),
    headers: buildLinkHeader(call, page, count),
  };
}

async function readCommits({ git }: Repository, ids: readonly string[]): Promise<Commit[]> {
  const objects = await Promise.all(ids.map((id) => git.findObject(id)));
  return objects.flatMap((object) => (object ? [parseCommit(object.sha, object.content)] : []));
}

async function answerCommit(call: ApiCall): Promise<ApiAnswer> {
  const { url, repository } = call;
  const commit = await getCommit(call, getParameter(call, 'ref'));
  if (/application\/vnd\.github(\.v3)?\.sha/.test(call.accept)) {
    const headers = { 'content-type': 'application/vnd.github.sha; charset=utf-8' };
    return { status: 200, body: Buffer.from(commit.sha), headers };
  }
  const files = await compareTrees(repository.git, commit.parents[0], commit.sha);
  const additions = files.reduce((sum, file) => sum + file.additions, 0);
  const deletions = files.reduce((sum, file) => sum + file.deletions, 0);
  return {
    status: 200,
    body: {
      ...presentCommit(url, repository.fullName, commit),
      stats: { total: additions + deletions, additions, deletions },
      files: files.slice(0, COMPARED_FILES).map((file) => presentFile(url, repository.fullName, commit.sha, file)),
    },
  };
}

async function answerComparison(call: ApiCall): Promise<ApiAnswer> {
  const { url, repository, query } = call;
  const { git, fullName } = repository;
  const [baseName = '', headName = ''] = getParameter(call, 'range').split('...');
  const base = await git.findCommit(baseName.replace(/^[^:]*:/, ''));
  const head = await git.findCommit(headName.replace(/^[^:]*:/, ''));
  if (!base || !head) throw notFound();
  const { stdout, exitCode } = await git.run(['merge-base', base.sha, head.sha], { acceptedExitCodes: [1] });
  if (exitCode !== 0) throw new GitHubError(404, `No common ancestor between ${baseName} and ${headName}.`);
  const mergeBase = await getCommit(call, stdout.toString().trim());
  const ahead = await git.listCommitIds(['--reverse', `${base.sha}..${head.sha}`]);
  const behind = await git.listCommitIds([`${head.sha}..${base.sha}`]);
  const isPaged = query.has('page') || query.has('per_page');
  const page = parsePage(query, isPaged ? undefined : COMPARED_COMMITS, COMPARED_COMMITS);
  const ids = ahead.slice((page.number - 1) * page.size, page.number * page.size);
  // Files come with the first page only, whatever its size.
  const files = page.number === 1 ? await compareTrees(git, mergeBase.sha, head.sha) : undefined;
  const html = `${url}/${fullName}/compare/${baseName}...${headName}`;
  const present = (commit: Commit) => presentCommit(url, fullName, commit);
  return {
    status: 200,
    body: {
      url: `${url}/repos/${fullName}/compare/${baseName}...${headName}`,
      html_url: html,
      permalink_url: `${url}/${fullName}/compare/${base.sha.slice(0, 7)}...${head.sha.slice(0, 7)}`,
      diff_url: `${html}.diff`,
      patch_url: `${html}.patch`,
      base_commit: present(base),
      merge_base_commit: present(mergeBase),
      status: describeRelation(ahead.length, behind.length),
      ahead_by: ahead.length,
      behind_by: behind.length,
      total_commits: ahead.length,
      commits: (await readCommits(repository, ids)).map(present),
      ...(files && { files: files.slice(0, COMPARED_FILES).map((file) => presentFile(url, fullName, head.sha, file)) }),
    },
    headers: buildLinkHeader(call, page, ahead.length),
  };
}

function describeRelation(ahead: number, behind: number): string {
  if (ahead > 0 && behind > 0) return 'diverged';
  if (ahead > 0) return 'ahead';
  return behind > 0 ? 'behind' : 'identical';
}

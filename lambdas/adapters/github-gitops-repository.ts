// The GitOps repository through GitHub's Git data API: objects first, then one move of the branch, never with force.
import * as z from 'zod/mini';
import { AppError } from '../../core/app-error.ts';
import type { GitOpsRepository } from '../../core/promotion/commit-promotion.ts';
import { describeAnswer, type GitHubClient } from './github-client.ts';
import { parseAnswer } from './github-source-repository.ts';

const refSchema = z.object({ object: z.object({ sha: z.string() }) });
const commitSchema = z.object({ sha: z.string(), tree: z.object({ sha: z.string() }) });
const contentSchema = z.object({ content: z.string(), encoding: z.string() });
const commitListSchema = z.array(z.object({ sha: z.string(), commit: z.object({ message: z.string() }) }));
const objectSchema = z.object({ sha: z.string() });

export interface GitOpsLocation {
  readonly owner: string;
  readonly repository: string;
  readonly branch: string;
  /** Address that people see, without a trailing slash. */
  readonly webUrl: string;
}

/** @see https://docs.github.com/rest/git */
export function createGitHubGitOpsRepository(gitHub: GitHubClient, location: GitOpsLocation): GitOpsRepository {
  const base = { owner: location.owner, repo: location.repository };
  return {
    async read(file) {
      const { object } = parseAnswer(
        refSchema,
        await gitHub('GET /repos/{owner}/{repo}/git/ref/{ref}', { ...base, ref: `heads/${location.branch}` }),
      );
      const route = 'GET /repos/{owner}/{repo}/contents/{path}';
      const { content, encoding } = parseAnswer(
        contentSchema,
        await gitHub(route, { ...base, path: file, ref: object.sha }),
      );
      if (encoding !== 'base64')
        throw new AppError('UpstreamUnavailableError', `${file} came as ${encoding}, not base64`);
      return { revision: object.sha, content: Buffer.from(content, 'base64').toString('utf8') };
    },

    async listRecentCommits() {
      const commits = parseAnswer(
        commitListSchema,
        await gitHub('GET /repos/{owner}/{repo}/commits', { ...base, sha: location.branch, per_page: 100 }),
      );
      return commits.map(({ sha, commit }) => ({ revision: sha, message: commit.message }));
    },

    async createCommit(parent, file, content, message) {
      const route = 'GET /repos/{owner}/{repo}/git/commits/{commit_sha}';
      const { tree } = parseAnswer(commitSchema, await gitHub(route, { ...base, commit_sha: parent }));
      const blob = await create('blobs', { content, encoding: 'utf-8' });
      const entries = [{ path: file, mode: '100644', type: 'blob', sha: blob }];
      const newTree = await create('trees', { base_tree: tree.sha, tree: entries });
      return await create('commits', { message, tree: newTree, parents: [parent] });
    },

    async advance(revision) {
      const route = 'PATCH /repos/{owner}/{repo}/git/refs/{ref}';
      const answer = await gitHub(route, { ...base, ref: `heads/${location.branch}`, sha: revision, force: false });
      if (answer.status < 300) return 'advanced';
      // 422 is what GitHub says when the branch is no ancestor any more, 409 when another update is under way.
      if (answer.status === 409 || answer.status === 422) return 'moved';
      throw new AppError('NotFoundError', `branch ${location.branch} cannot be moved: ${describeAnswer(answer)}`);
    },

    urlOf: (revision) => `${location.webUrl}/commit/${revision}`,
  };

  async function create(kind: 'blobs' | 'trees' | 'commits', parameters: object): Promise<string> {
    const answer = await gitHub(`POST /repos/{owner}/{repo}/git/${kind}`, { ...base, ...parameters });
    return parseAnswer(objectSchema, answer).sha;
  }
}

// Asks GitHub about the repository that a promotion comes from.
import * as z from 'zod/mini';
import { AppError } from '../../core/app-error.ts';
import type { SourceRepository } from '../../core/promotion/promotion-plan.ts';
import { describeAnswer, type GitHubAnswer, type GitHubClient } from './github-client.ts';

const comparisonSchema = z.object({
  status: z.enum(['diverged', 'ahead', 'behind', 'identical']),
  files: z._default(z.array(z.object({ filename: z.string(), previous_filename: z.optional(z.string()) })), []),
});

/** The compare API lists at most this many files. @see https://docs.github.com/rest/commits/commits#compare-two-commits */
const maximumListedFiles = 300;

export function createGitHubSourceRepository(gitHub: GitHubClient): SourceRepository {
  return {
    async findChangedFiles(repository, base, head) {
      const answer = await compare(repository, base, head);
      if (answer.status === 404) return undefined;
      const { files } = parseAnswer(comparisonSchema, answer);
      if (files.length >= maximumListedFiles) return undefined;
      return files.flatMap(({ filename, previous_filename: previous }) =>
        previous ? [filename, previous] : [filename],
      );
    },
    async contains(repository, head, commit) {
      const answer = await compare(repository, commit, head);
      if (answer.status === 404) return false;
      return ['ahead', 'identical'].includes(parseAnswer(comparisonSchema, answer).status);
    },
    async findCommit(repository, ref) {
      const answer = await gitHub('GET /repos/{owner}/{repo}/commits/{ref}', { ...split(repository), ref });
      if (answer.status === 404 || answer.status === 422) return undefined;
      return parseAnswer(z.object({ sha: z.string() }), answer).sha;
    },
  };

  async function compare(repository: string, base: string, head: string): Promise<GitHubAnswer> {
    const parameters = { ...split(repository), basehead: `${base}...${head}` };
    return await gitHub('GET /repos/{owner}/{repo}/compare/{basehead}', parameters);
  }
}

/** `<owner>/<name>` → the parameters of a route. */
export function split(repository: string): { readonly owner: string; readonly repo: string } {
  const [owner = '', repo = ''] = repository.split('/');
  return { owner, repo };
}

/** The data of a good answer. @throws AppError naming what GitHub said otherwise. */
export function parseAnswer<Schema extends z.ZodMiniType>(schema: Schema, answer: GitHubAnswer): z.output<Schema> {
  const parsed = answer.status < 300 ? schema.safeParse(answer.data) : undefined;
  if (parsed?.success) return parsed.data;
  const name = answer.status === 404 ? 'NotFoundError' : 'UpstreamUnavailableError';
  throw new AppError(name, `GitHub's answer is not as documented: ${describeAnswer(answer)}`);
}

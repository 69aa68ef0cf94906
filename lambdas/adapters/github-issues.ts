// Issues on GitHub.
import * as z from 'zod/mini';
import { describeAnswer, type GitHubClient } from './github-client.ts';

const issueSchema = z.object({ html_url: z.string(), body: z.nullish(z.string()) });

/** Opens an issue unless one with `marker` in its text is there; what GitHub does not take is returned in words. */
export async function openIssue(
  gitHub: GitHubClient,
  repository: string,
  issue: { readonly title: string; readonly body: string; readonly marker: string },
): Promise<{ readonly url?: string; readonly problem?: string }> {
  const [owner = '', repo = ''] = repository.split('/');
  try {
    const recent = await gitHub('GET /repos/{owner}/{repo}/issues', { owner, repo, state: 'all', per_page: 30 });
    const known = z.array(issueSchema).safeParse(recent.data);
    const found = known.success ? known.data.find(({ body }) => body?.includes(issue.marker)) : undefined;
    if (found !== undefined) return { url: found.html_url };
    const { title, body } = issue;
    const answer = await gitHub('POST /repos/{owner}/{repo}/issues', { owner, repo, title, body });
    const made = issueSchema.safeParse(answer.data);
    if (answer.status === 201 && made.success) return { url: made.data.html_url };
    return { problem: `GitHub took not the issue: ${describeAnswer(answer)}` };
  } catch (error) {
    return { problem: `GitHub took not the issue: ${error instanceof Error ? error.message : String(error)}` };
  }
}

// Asks GitHub how the build of a commit ended.
import * as z from 'zod/mini';
import type { FindEndedBuild } from '../../core/promotion/await-build.ts';
import { readWorkflowRun } from '../../core/promotion/read-workflow-run.ts';
import type { GitHubClient } from './github-client.ts';
import { parseAnswer, split } from './github-source-repository.ts';

const runsSchema = z.object({
  workflow_runs: z.array(z.looseObject({ id: z.number(), name: z.nullish(z.string()), event: z.string() })),
});

/**
 * The latest run of `workflowName` counts, as with the webhook; while that one goes on, nothing has ended.
 * @see https://docs.github.com/rest/actions/workflow-runs#list-workflow-runs-for-a-repository
 */
export function createGitHubBuilds(gitHub: GitHubClient, workflowName: string): FindEndedBuild {
  return async (repository, commit) => {
    const parameters = { ...split(repository), head_sha: commit, per_page: 100 };
    const answer = await gitHub('GET /repos/{owner}/{repo}/actions/runs', parameters);
    const [latest] = parseAnswer(runsSchema, answer)
      .workflow_runs.filter(({ name, event }) => name === workflowName && !event.startsWith('pull_request'))
      .sort((one, other) => other.id - one.id);
    const read = readWorkflowRun({ repository: { full_name: repository }, workflow_run: latest }, workflowName);
    return 'report' in read ? read.report : undefined;
  };
}

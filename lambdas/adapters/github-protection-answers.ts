// Answers jobs of GitHub Actions that wait for us before they deploy.
import { AppError } from '../../core/app-error.ts';
import type { ProtectionPorts } from '../../core/approvals/answer-protection-request.ts';
import { describeAnswer, type GitHubClient } from './github-client.ts';
import { split } from './github-source-repository.ts';

/** GitHub shows it beside the run; what is longer reads nobody. */
const maximumCommentLength = 1_000;

/**
 * The callback of the request, as a route of the GitHub that is configured: its address alone never decides where we post to.
 * @see https://docs.github.com/rest/actions/workflow-runs#review-custom-deployment-protection-rules-for-a-workflow-run
 */
export function createProtectionAnswers(gitHub: GitHubClient): ProtectionPorts['answer'] {
  return async ({ repository, runId, environment }, { state, comment }) => {
    const answer = await gitHub('POST /repos/{owner}/{repo}/actions/runs/{run_id}/deployment_protection_rule', {
      ...split(repository),
      run_id: runId,
      environment_name: environment,
      state,
      comment: comment.slice(0, maximumCommentLength),
    });
    if (answer.status < 300) return true;
    // The run was cancelled, or somebody was asked twice and has answered.
    if (answer.status === 404 || answer.status === 422) return false;
    throw new AppError('UpstreamUnavailableError', `GitHub did not take the answer: ${describeAnswer(answer)}`);
  };
}

// Reads from a workflow_run event how the build of a commit ended, if it tells that at all.
import * as z from 'zod/mini';

const workflowRunSchema = z.object({
  repository: z.object({ full_name: z.string() }),
  workflow_run: z.object({
    id: z.number(),
    name: z.nullish(z.string()),
    event: z.string(),
    conclusion: z.nullish(z.string()),
    head_sha: z.string(),
    html_url: z._default(z.string(), ''),
    run_attempt: z._default(z.number(), 1),
    updated_at: z._default(z.string(), ''),
    head_repository: z.nullish(z.object({ full_name: z.string() })),
  }),
});

export interface BuildReport {
  /** `<owner>/<name>` */
  readonly repository: string;
  readonly commit: string;
  readonly conclusion: string;
  readonly runId: number;
  readonly runAttempt: number;
  readonly url: string;
  readonly concludedAt: string;
}

/**
 * The build that a completed run of `workflowName` reports; otherwise why it is none of ours. Runs for pull requests and
 * from forks build something else, or somebody else's code, under the same commit id.
 */
export function readWorkflowRun(
  payload: unknown,
  workflowName: string,
): { readonly report: BuildReport } | { readonly ignoredBecause: string } {
  const parsed = workflowRunSchema.safeParse(payload);
  if (!parsed.success) return { ignoredBecause: 'the payload is not that of a workflow run' };
  const { repository, workflow_run: run } = parsed.data;
  if (run.name !== workflowName)
    return { ignoredBecause: `the workflow is ${run.name ?? 'unnamed'}, not ${workflowName}` };
  if (run.event.startsWith('pull_request')) return { ignoredBecause: `the run is for ${run.event}` };
  if (run.head_repository && run.head_repository.full_name !== repository.full_name) {
    return { ignoredBecause: `the commit is from ${run.head_repository.full_name}` };
  }
  if (typeof run.conclusion !== 'string') return { ignoredBecause: 'the run has not ended' };
  return {
    report: {
      repository: repository.full_name,
      commit: run.head_sha,
      conclusion: run.conclusion,
      runId: run.id,
      runAttempt: run.run_attempt,
      url: run.html_url,
      concludedAt: run.updated_at,
    },
  };
}

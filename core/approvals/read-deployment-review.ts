// What a `deployment_review` of GitHub says.
import * as z from 'zod/mini';

export interface DeploymentReview {
  readonly verdict: 'approve' | 'refuse';
  readonly approver: string;
  readonly environment: string;
  readonly commit: string;
  readonly comment?: string;
}

/** @see https://docs.github.com/webhooks/webhook-events-and-payloads#deployment_review */
const reviewSchema = z.object({
  action: z.enum(['approved', 'rejected']),
  approver: z.optional(z.object({ login: z.string() })),
  sender: z.optional(z.object({ login: z.string() })),
  comment: z.optional(z.nullable(z.string())),
  environment: z.optional(z.string()),
  workflow_job_runs: z.optional(z.array(z.object({ environment: z.optional(z.string()) }))),
  workflow_run: z.object({ head_sha: z.string() }),
});

/** Undefined for a review that is only requested, and for what is no review. */
export function findDeploymentReview(payload: unknown): DeploymentReview | undefined {
  const parsed = reviewSchema.safeParse(payload);
  if (!parsed.success) return undefined;
  const { action, approver, sender, comment, workflow_job_runs: runs = [], workflow_run: run } = parsed.data;
  const login = approver?.login ?? sender?.login;
  const environment = parsed.data.environment ?? runs.find((each) => each.environment !== undefined)?.environment;
  if (login === undefined || environment === undefined) return undefined;
  return {
    verdict: action === 'approved' ? 'approve' : 'refuse',
    approver: login,
    environment,
    commit: run.head_sha,
    ...(comment ? { comment: comment.slice(0, 500) } : {}),
  };
}

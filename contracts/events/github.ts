// What GitHub sent, as it stands on the bus: source `github.com`, detail-type = X-GitHub-Event, the payload as GitHub wrote it.
import * as z from 'zod/mini';
import { metadataSchema } from './metadata.ts';

export const gitHubSource = 'github.com';

/** Where a payload lies that is too large for the bus. */
export const claimCheckSchema = z.object({
  bucket: z.string(),
  key: z.string(),
  sizeBytes: z.number(),
  sha256: z.string(),
});
export type ClaimCheck = z.infer<typeof claimCheckSchema>;

export const gitHubDetailSchema = z.object({
  metadata: metadataSchema,
  delivery: z.object({
    /** X-GitHub-Delivery. */
    id: z.string(),
    /** SHA-256 of the body, in hexadecimal. */
    bodySha256: z.string(),
    receivedAt: z.string(),
  }),
  /** As GitHub sent it; of a large one only the fields that rules and decisions need, with `claimCheck` beside it. */
  payload: z.record(z.string(), z.unknown()),
  claimCheck: z.optional(claimCheckSchema),
});
export type GitHubDetail = z.infer<typeof gitHubDetailSchema>;

/** A push to a branch: what `promote-release` starts on. Tags and deleted branches are answered with a reason by the plan. */
export const branchPushPattern = {
  source: [gitHubSource],
  detailType: ['push'],
  detail: { payload: { ref: [{ prefix: 'refs/heads/' }] } },
};

/** A published release: promotes to the environments that ask for it. */
export const releasePublishedPattern = {
  source: [gitHubSource],
  detailType: ['release'],
  detail: { payload: { action: ['published'] } },
};

/** A run of a GitHub Actions workflow has ended. */
export const workflowRunCompletedPattern = {
  source: [gitHubSource],
  detailType: ['workflow_run'],
  detail: { payload: { action: ['completed'] } },
};

/** Somebody has approved or rejected a deployment that waits in GitHub Actions. */
export const deploymentReviewedPattern = {
  source: [gitHubSource],
  detailType: ['deployment_review'],
  detail: { payload: { action: ['approved', 'rejected'] } },
};

/** A job of GitHub Actions waits before it deploys, and asks whether it may. */
export const deploymentProtectionRequestedPattern = {
  source: [gitHubSource],
  detailType: ['deployment_protection_rule'],
  detail: { payload: { action: ['requested'] } },
};

// Input and output of the steps by which any workflow asks people, and of the function that takes their answers.
import * as z from 'zod/mini';
import { approvalSubjectSchema } from '../approvals.ts';

/**
 * The step AwaitApproval (`lambda:invoke.waitForTaskToken`, TimeoutSeconds equal to `timeoutSeconds`). Asking again under the same
 * id is the same request; with another plan it is a ConflictError.
 */
export const requestApprovalTask = {
  input: z.object({
    taskToken: z.string(),
    /** Unique for each time that people are asked: the id of the promotion, of the restore, … */
    approvalId: z.string().check(z.minLength(1), z.maxLength(300)),
    subject: approvalSubjectSchema,
    planHash: z.string().check(z.minLength(1), z.maxLength(128)),
    /** GitHub login; this person's own approval does not count. */
    requestedBy: z.string(),
    /** The time now, by the workflow's clock. */
    requestedAt: z.string(),
    timeoutSeconds: z.number(),
    executionArn: z.string(),
    correlationId: z.string(),
    causationId: z.string(),
  }),
  /** Given to the waiting execution, not returned by the function. */
  result: z.object({
    /** `not-required`: the configuration asks nobody. */
    outcome: z.enum(['approved', 'refused', 'not-required']),
    planHash: z.string(),
    approvers: z.array(z.string()),
    reason: z.string(),
  }),
  output: z.object({ requested: z.boolean() }),
};
export type ApprovalRequest = z.infer<typeof requestApprovalTask.input>;
export type ApprovalResult = z.infer<typeof requestApprovalTask.result>;

/** The step CloseApproval, after the wait has timed out. A vote that came just in time still counts: `outcome` says how it ended. */
export const closeApprovalTask = {
  input: z.object({ approvalId: z.string(), closedAt: z.string() }),
  output: z.object({ outcome: z.enum(['approved', 'refused', 'expired']), reason: z.string() }),
};

/** A person's answer, as the command line hands it over. */
export const approvalDecisionSchema = z.object({
  approvalId: z.string().check(z.minLength(1), z.maxLength(300)),
  /** GitHub login. */
  approver: z.string().check(z.minLength(1), z.maxLength(100)),
  verdict: z.enum(['approve', 'refuse']),
  /** The plan that the person saw; the vote counts for no other. */
  planHash: z.optional(z.string()),
  comment: z.optional(z.string().check(z.maxLength(500))),
});
export type ApprovalDecision = z.infer<typeof approvalDecisionSchema>;

/** What became of the answer. */
export const approvalDecisionOutcomeSchema = z.object({
  /** `rejected`: it does not count, and `reason` says why. */
  outcome: z.enum(['counted', 'rejected', 'ignored']),
  reason: z.string(),
  status: z.optional(z.string()),
});
export type ApprovalDecisionOutcome = z.infer<typeof approvalDecisionOutcomeSchema>;

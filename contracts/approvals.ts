// What an approval is about, as its events, its ledger record and the workflows say it.
import * as z from 'zod/mini';

/** What can be asked for. A kind with a policy in the configuration needs approval; the environment's own policy is that of promotions. */
export const approvalKinds = ['promotion', 'rollback', 'restore', 'fail-over', 'renewal', 'override'] as const;
export type ApprovalKind = (typeof approvalKinds)[number];

const text = (maximum: number) => z.string().check(z.minLength(1), z.maxLength(maximum));

/** Shown to whoever decides: what will happen, in words. */
export const approvalSubjectSchema = z.object({
  kind: z.enum(approvalKinds),
  /** Of the promotion, the restore, …: together with the kind the one thing that people talk about. */
  id: text(300),
  environment: text(40),
  title: text(300),
  /** One fact a line. */
  summary: z.array(z.string().check(z.maxLength(500))).check(z.maxLength(30)),
  /** The commit that is promoted: by it a deployment review of GitHub finds its approval. */
  commit: z.optional(z.string()),
});
export type ApprovalSubject = z.infer<typeof approvalSubjectSchema>;

export const approvalVoteSchema = z.object({
  /** GitHub login. */
  approver: z.string(),
  verdict: z.enum(['approve', 'refuse']),
  via: z.enum(['slack', 'command-line', 'github']),
  votedAt: z.string(),
  comment: z.optional(z.string()),
});
export type ApprovalVote = z.infer<typeof approvalVoteSchema>;

/** `withdrawn`: the execution that asked ended without an answer. */
export const approvalStatuses = ['pending', 'approved', 'refused', 'expired', 'withdrawn'] as const;
export type ApprovalStatus = (typeof approvalStatuses)[number];

/** What its events and its record both say of a request. */
export const approvalFields = {
  approvalId: z.string(),
  subject: approvalSubjectSchema,
  /** The plan that is approved, and no other. */
  planHash: z.string(),
  requestedBy: z.string(),
  /** GitHub logins that count. */
  approvers: z.array(z.string()),
  /** How many different people must agree. */
  quorum: z.number(),
  status: z.enum(approvalStatuses),
  votes: z.array(approvalVoteSchema),
  /** After this no vote counts. */
  validUntil: z.string(),
  executionArn: z.string(),
};

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

export const approvalStatuses = ['pending', 'approved', 'refused', 'expired'] as const;
export type ApprovalStatus = (typeof approvalStatuses)[number];

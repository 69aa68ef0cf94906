// The step that carries on what RDS restores: a workflow asks for it again and again until it has ended.
import * as z from 'zod/mini';
import { snapshotKinds } from '../ledger/backups.ts';

/** The proof of a snapshot: a server of its own, in a network of its own. */
export const snapshotProofSchema = z.object({
  kind: z.enum(snapshotKinds),
  snapshotId: z.string(),
  /** What the server is called; there is one for each database. */
  scratch: z.string(),
  subnetGroup: z.string(),
  securityGroups: z.array(z.string()),
  instanceClass: z.string(),
  /** What it must be, or the proof has failed. */
  engineVersion: z.string(),
  allocatedGigabytes: z.number(),
  keyArn: z.string(),
  /** A proof that is not done by then has failed; a server that is older than that was left by another one. */
  timeoutMinutes: z.number(),
});
export type SnapshotProof = z.infer<typeof snapshotProofSchema>;

/** A restore by RDS: beside the live server, which it replaces under its name. */
export const serverRestorePlanSchema = z.object({
  kind: z.enum(snapshotKinds),
  live: z.string(),
  /** What the restored one is called until then. */
  beside: z.string(),
  /** From this snapshot … */
  snapshotId: z.optional(z.string()),
  /** … or as the live one was at this time. */
  at: z.optional(z.string()),
  keyArn: z.string(),
  timeoutMinutes: z.number(),
});
export type ServerRestorePlan = z.infer<typeof serverRestorePlanSchema>;

export const advanceDatabaseTask = {
  input: z.object({
    step: z.enum(['prove', 'remove-proof', 'restore', 'cut-over', 'undo-cut-over']),
    /** Of the execution's step: what is made carries it, so that another one's is not taken for it. */
    job: z.string(),
    startedAt: z.string(),
    /** Of the first two steps. */
    proof: z.optional(snapshotProofSchema),
    /** Of the others. */
    restore: z.optional(serverRestorePlanSchema),
  }),
  output: z.object({
    status: z.enum(['running', 'succeeded', 'failed']),
    reason: z.string(),
    /** When to ask again. */
    waitSeconds: z.number(),
    /** From the request to a server that is available. */
    restoreSeconds: z.number(),
  }),
};
export type DatabaseProgress = z.infer<typeof advanceDatabaseTask.output>;

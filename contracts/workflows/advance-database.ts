// The step that carries on what RDS restores: a workflow asks for it again and again until it has ended.
import * as z from 'zod/mini';

/** The proof of a snapshot: an instance of its own, in a network of its own. */
export const snapshotProofSchema = z.object({
  snapshotId: z.string(),
  /** What the instance is called; there is one for each database. */
  instance: z.string(),
  subnetGroup: z.string(),
  securityGroups: z.array(z.string()),
  instanceClass: z.string(),
  /** What it must be, or the proof has failed. */
  engineVersion: z.string(),
  allocatedGigabytes: z.number(),
  keyArn: z.string(),
  /** A proof that is not done by then has failed; an instance that is older than that was left by another one. */
  timeoutMinutes: z.number(),
});
export type SnapshotProof = z.infer<typeof snapshotProofSchema>;

export const advanceDatabaseTask = {
  input: z.object({
    step: z.enum(['prove', 'remove-proof']),
    /** Of the execution's step: what is made carries it, so that another one's is not taken for it. */
    job: z.string(),
    startedAt: z.string(),
    proof: snapshotProofSchema,
  }),
  output: z.object({
    status: z.enum(['running', 'succeeded', 'failed']),
    reason: z.string(),
    /** When to ask again. */
    waitSeconds: z.number(),
    /** From the request to an instance that is available. */
    restoreSeconds: z.number(),
  }),
};
export type DatabaseProgress = z.infer<typeof advanceDatabaseTask.output>;

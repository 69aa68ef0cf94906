// Input and output of the tasks of fence-home: databases at home that a fail-over could not reach take no writes, as soon as they can be reached.
import * as z from 'zod/mini';
import { unfencedSchema } from '../ledger/sites.ts';

/** One database, and the Job that fences it. */
const homeFenceSchema = z.extend(unfencedSchema, {
  environment: z.string(),
  /** An earlier try of the same Job is removed first. */
  replaces: z.array(z.string()),
});
export type HomeFence = z.infer<typeof homeFenceSchema>;

export const planHomeFencesTask = {
  input: z.object({}),
  output: z.object({
    /** None while their environment moves, or once it is home again: what a fail-back restores must take writes. */
    fences: z.array(homeFenceSchema),
    reason: z.string(),
  }),
};

export const recordHomeFencesTask = {
  input: z.object({ fenced: z.array(homeFenceSchema), executionArn: z.string() }),
  output: z.object({ recorded: z.array(z.string()), reason: z.string() }),
};

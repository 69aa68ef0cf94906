// In which region each environment runs, and who moves it right now with what.
import * as z from 'zod/mini';
import {
  databaseMoveSchema,
  failOverPlanSchema,
  failOverRequestSchema,
  replicaPromotionSchema,
  siteJobSchema,
} from '../workflows/fail-over.ts';
import { sites } from './fail-overs.ts';
import { keyed } from './item.ts';

/** Everything that is needed to take a move back, or to end it, when its execution cannot do so any more. */
export const openMoveSchema = z.object({
  failOverId: z.string(),
  request: failOverRequestSchema,
  planHash: z.string(),
  plan: failOverPlanSchema,
  moves: z.array(databaseMoveSchema),
  promotions: z.optional(z.array(replicaPromotionSchema)),
  startedAt: z.string(),
  /** Of the execution that was cut off: the last one that has taken it over, and how many there were. */
  takenOverBy: z.optional(z.string()),
  takeOvers: z.optional(z.number()),
});
export type OpenMove = z.infer<typeof openMoveSchema>;

/** A database that a fail-over has left behind, and that perhaps takes writes still. */
export const unfencedSchema = z.object({ database: z.string(), failOverId: z.string(), fence: siteJobSchema });

/** Absent: it runs in the primary region and has never moved. */
export const siteRecord = z.object({
  ...keyed,
  environment: z.string(),
  /** Where its users are led to. */
  site: z.enum(sites),
  since: z.string(),
  /** Whose fence stands around it right now: an execution. */
  movedBy: z.optional(z.string()),
  /** What that one does. */
  move: z.optional(openMoveSchema),
  /** While it is away. */
  unfenced: z.optional(z.array(unfencedSchema)),
});
export type SiteRecord = z.infer<typeof siteRecord>;

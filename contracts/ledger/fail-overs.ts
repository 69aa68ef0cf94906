// How environments came to run where they run: fail-overs and fail-backs. Where that is stands in sites.ts.
import * as z from 'zod/mini';
import { indexed, type LedgerKey } from './item.ts';

export const failOverKeys = {
  site: (environment: string): LedgerKey => ({ pk: `SITE#${environment}`, sk: 'SITE' }),
  failOver: (failOverId: string): LedgerKey => ({ pk: `FAIL-OVER#${failOverId}`, sk: 'FAIL-OVER' }),
};

export const failOverKinds = { failOver: 'fail-over' };

export const sites = ['primary', 'recovery'] as const;
export type Site = (typeof sites)[number];

export const failOverStages = ['started', 'completed', 'undone', 'refused', 'stuck'] as const;
export type FailOverStage = (typeof failOverStages)[number];

/** One fail-over or fail-back. `undone`: everything is as before. `stuck`: something is not, and `reason` says what. */
export const failOverRecord = z.object({
  ...indexed,
  failOverId: z.string(),
  environment: z.string(),
  to: z.enum(sites),
  status: z.enum(failOverStages),
  planHash: z.string(),
  actor: z.string(),
  reason: z.string(),
  /** Where the backups that were restored are from: everything later is lost. */
  recoveredTo: z.array(z.object({ database: z.string(), takenAt: z.string() })),
  startedAt: z.string(),
  finishedAt: z.optional(z.string()),
  executionArn: z.string(),
});
export type FailOverRecord = z.infer<typeof failOverRecord>;

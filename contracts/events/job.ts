// The events of the watchdog: one for each change of a job's condition.
import * as z from 'zod/mini';
import { jobConditions } from '../ledger/jobs.ts';
import { metadataSchema } from './metadata.ts';

export const watchdogSource = 'automation.watchdog';

export const jobEventTypes = ['JobMissed', 'JobOverran', 'JobAnomalous', 'JobRecovered'] as const;
export type JobEventType = (typeof jobEventTypes)[number];

export const jobDetailSchema = z.object({
  metadata: metadataSchema,
  job: z.object({
    name: z.string(),
    condition: z.enum(jobConditions),
    schedule: z.string(),
    dueAt: z.optional(z.string()),
    /** When it last succeeded; absent when it never has. */
    lastSuccessAt: z.optional(z.string()),
  }),
  /** For a person: what is wrong, or what is right again. */
  reason: z.string(),
});
export type JobDetail = z.infer<typeof jobDetailSchema>;

/** All of them, for whoever tells people. */
export const jobPattern = { source: [watchdogSource], detailType: [...jobEventTypes] };

export const jobMissedExample: JobDetail = {
  metadata: {
    eventId: 'check-certificates-missed-2026-11-23T06:00:00.000Z',
    correlationId: 'job/check-certificates',
    occurredAt: '2026-11-23T07:45:00.000Z',
    actor: 'watch-jobs',
  },
  job: {
    name: 'check-certificates',
    condition: 'missed',
    schedule: 'cron(0 6 * * ? *) UTC',
    dueAt: '2026-11-23T06:00:00.000Z',
    lastSuccessAt: '2026-11-22T06:00:41.000Z',
  },
  reason: 'it should have succeeded for 2026-11-23T06:00:00.000Z until 2026-11-23T07:30:00.000Z: no run was started',
};

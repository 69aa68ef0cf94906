// The events of the replication to the recovery region: one for each change of what is in time.
import * as z from 'zod/mini';
import { dataClasses } from '../ledger/replications.ts';
import { backupSource } from './backup.ts';
import { metadataSchema } from './metadata.ts';

export const replicationSource = 'automation.replication';
export const replicationEventTypes = ['ReplicationLagging', 'ReplicationRecovered'] as const;
export type ReplicationEventType = (typeof replicationEventTypes)[number];

export const replicationDetailSchema = z.object({
  metadata: metadataSchema,
  replication: z.object({
    dataClass: z.enum(dataClasses),
    subject: z.string(),
    rpoSeconds: z.number(),
    targetSeconds: z.number(),
  }),
  reason: z.string(),
});
export type ReplicationDetail = z.infer<typeof replicationDetailSchema>;

export const replicationPattern = { source: [replicationSource], detailType: [...replicationEventTypes] };

/** A new backup is followed on its way to the recovery region. */
export const backupCompletedPattern = { source: [backupSource], detailType: ['BackupCompleted'] };

export const replicationLaggingExample: ReplicationDetail = {
  metadata: {
    eventId: 'database-prod/pyairtable-lagging-2026-11-25T05:00:00.000Z',
    correlationId: 'replication/database/prod/pyairtable',
    occurredAt: '2026-11-25T05:00:00.000Z',
    actor: 'replicate-to-recovery-region',
  },
  replication: { dataClass: 'database', subject: 'prod/pyairtable', rpoSeconds: 97_200, targetSeconds: 93_600 },
  reason: 'the newest backup in the recovery region is of 2026-11-24T02:00:00.000Z, 27 h old where 26 h are allowed',
};

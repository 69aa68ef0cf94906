// The events of the recovery region: drills, and environments that move from one region to the other.
import * as z from 'zod/mini';
import { sites } from '../ledger/fail-overs.ts';
import { metadataSchema } from './metadata.ts';

export const recoverySource = 'automation.recovery';
export const recoveryEventTypes = [
  'RecoveryDrillPassed',
  'RecoveryDrillFailed',
  'RecoveryDrillSwept',
  'FailOverStarted',
  'FailOverCompleted',
  'FailOverRefused',
  'FailOverUndone',
  'FailOverStuck',
  'HomeDatabasesFenced',
] as const;
export type RecoveryEventType = (typeof recoveryEventTypes)[number];

export const recoveryDetailSchema = z.object({
  metadata: metadataSchema,
  recovery: z.object({
    id: z.string(),
    environments: z.array(z.string()),
    region: z.string(),
    executionArn: z.string(),
    /** Of a fail-over or fail-back: to which region it goes. */
    to: z.optional(z.enum(sites)),
  }),
  /** For a person. */
  reason: z.string(),
  /** Line by line: what of it has failed. */
  lines: z.array(z.string()),
});
export type RecoveryDetail = z.infer<typeof recoveryDetailSchema>;

export const recoveryPattern = { source: [recoverySource], detailType: [...recoveryEventTypes] };

/**
 * A move has ended, and did something: what it has left behind is fenced, if it could not be at once. One that was undone may have been the
 * way home, during which nothing is fenced.
 */
export const moveEndedPattern = {
  source: [recoverySource],
  detailType: ['FailOverCompleted', 'FailOverUndone', 'FailOverStuck'] satisfies RecoveryEventType[],
};

export const recoveryDrillFailedExample: RecoveryDetail = {
  metadata: {
    eventId: 'drill-20261201_070000-failed',
    correlationId: 'recovery-drill/drill-20261201_070000',
    occurredAt: '2026-12-01T07:04:10.000Z',
    actor: 'recovery-drill',
  },
  recovery: {
    id: 'drill-20261201_070000',
    environments: ['prod'],
    region: 'eu-west-1',
    executionArn: 'arn:aws:states:eu-west-1:123456789012:execution:pyairtable-recovery-drill:8c1f',
  },
  reason: '5 of 6 passed',
  lines: ['database pyairtable in prod: the dump was changed after it was stored'],
};

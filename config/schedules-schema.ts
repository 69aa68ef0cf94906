// When the scheduled jobs run, and what the watchdog expects of each.
import { z } from 'zod';
import { minutes, scheduleExpression, timeZone } from './values.ts';

const scheduleSchema = z.strictObject({
  expression: scheduleExpression,
  timeZone: timeZone.default('UTC'),
  /** How long after its time the job must have succeeded, before people are told that it was missed. */
  toleranceMinutes: minutes(10_080).default(90),
  /** How long a run may take, before people are told that it does not end. */
  maximumMinutes: minutes(10_080).default(60),
  /** A run that succeeds with so many percent less than usual (bytes, rows, objects) is reported. */
  maximumDropPercent: z.int().min(1).max(100).default(50),
});

export const schedulesSchema = z.strictObject({
  redeliverFailedWebhooks: scheduleSchema,
  retireColours: scheduleSchema.default(
    scheduleSchema.parse({ expression: 'rate(15 minutes)', toleranceMinutes: 30, maximumMinutes: 5 }),
  ),
  checkCertificates: scheduleSchema,
  backUpDatabase: scheduleSchema.default(
    scheduleSchema.parse({ expression: 'cron(0 2 * * ? *)', toleranceMinutes: 360, maximumMinutes: 300 }),
  ),
  verifyBackup: scheduleSchema.default(
    scheduleSchema.parse({ expression: 'cron(0 5 ? * SUN *)', toleranceMinutes: 360, maximumMinutes: 600 }),
  ),
  applyRetention: scheduleSchema.default(scheduleSchema.parse({ expression: 'cron(30 4 * * ? *)' })),
  backUpConfiguration: scheduleSchema.default(scheduleSchema.parse({ expression: 'cron(0 3 * * ? *)' })),
  replicateToRecoveryRegion: scheduleSchema.default(
    scheduleSchema.parse({ expression: 'rate(1 hour)', toleranceMinutes: 60, maximumMinutes: 45 }),
  ),
  recoveryDrill: scheduleSchema.default(
    scheduleSchema.parse({ expression: 'cron(0 7 1 * ? *)', toleranceMinutes: 720, maximumMinutes: 720 }),
  ),
  watchJobs: scheduleSchema.default(scheduleSchema.parse({ expression: 'rate(15 minutes)' })),
});

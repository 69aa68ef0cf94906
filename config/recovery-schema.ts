// What may be lost with the primary region.
import { z } from 'zod';

const hour = 60;

/** How old the newest state in the recovery region may be, in minutes. A nightly backup is a day old before the next one arrives. */
const targetsSchema = z.strictObject({
  database: z
    .int()
    .min(1)
    .max(10_080)
    .default(26 * hour),
  configuration: z
    .int()
    .min(1)
    .max(10_080)
    .default(26 * hour),
  ledger: z.int().min(1).max(10_080).default(5),
  secrets: z.int().min(1).max(10_080).default(hour),
});

export const recoverySchema = z.strictObject({
  recoveryPointMinutes: targetsSchema.default(targetsSchema.parse({})),
});

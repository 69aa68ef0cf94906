// When a release goes back without anybody being asked, and how far that may go.
import { z } from 'zod';
import { minutes } from './values.ts';

/** Of one environment. There is no key by which a freeze or an approval could stop a rollback. */
export const automaticRollbackSchema = z.strictObject({
  enabled: z.boolean(),
  /** An alert that starts this long after a deployment ended is still blamed on it. */
  bakeMinutes: minutes(1440).default(30),
  maximumPerServicePerDay: z.int().min(0).max(20).default(2),
  /** So long after a rollback other alerts still belong to what it ended: the windows that they measure look back. */
  coolingMinutes: minutes(240).default(5),
  /** How long the alert may go on after the rollback before people are told that it did not help. */
  alertResolveMinutes: minutes(240).default(15),
  /** Whether a rollback goes past Git, through Argo CD and Kubernetes, while Git cannot be reached. */
  breakGlass: z.boolean().default(true),
});

// How a new version takes over in an environment, and what each way of it may be told.
import { z } from 'zod';
import { minutes } from './values.ts';

export const strategyFields = {
  /** `rolling`: pod by pod. `blue-green`: two colours, one switch. `canary`: step by step, judged by Flagger. */
  strategy: z.enum(['rolling', 'blue-green', 'canary']),
  blueGreen: z
    .strictObject({
      /** How long the old colour stays up after a switch: so long a rollback is one commit. */
      warmMinutes: minutes(10_080).default(60),
      /** Pods that a colour has at least before it goes live. */
      replicas: z.int().min(1).max(100).default(2),
    })
    .default({ warmMinutes: 60, replicas: 2 }),
  /** What the Canary resources of the overlay must say; a test compares them. */
  canary: z
    .strictObject({
      /** Between two looks; Flagger takes less than 10 s as 10 s. */
      intervalSeconds: z.int().min(10).max(3600).default(60),
      /** Percent of the traffic, step after step; after the last one the version is promoted. */
      stepWeights: z.array(z.int().min(1).max(100)).min(1).default([10, 20, 50]),
      /** Failed looks after which Flagger takes the version back. Never 0: Flagger takes that as 1. */
      threshold: z.int().min(1).max(100).default(3),
      successRatePercent: z.number().min(50).max(100).default(99),
    })
    .default({ intervalSeconds: 60, stepWeights: [10, 20, 50], threshold: 3, successRatePercent: 99 }),
};

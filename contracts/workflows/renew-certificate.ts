// Input of renew-certificate and of its tasks.
import * as z from 'zod/mini';
import { certificateRenewalDueSchema, renewalObstacles } from '../events/certificate-renewal.ts';

/** What a person asks for; also the form of the console and of `automation certificates renew`. */
export const renewalRequestSchema = z.object({
  /** As the configuration names it. */
  name: z.string().check(z.minLength(1), z.maxLength(80)),
  /** Who asks. */
  actor: z.string().check(z.minLength(1), z.maxLength(100)),
  /** Why, for those who read the ledger later. */
  reason: z.string().check(z.minLength(1), z.maxLength(500)),
  /** Ask the issuer even where it said when it will listen again. */
  insist: z.optional(z.boolean()),
});
export type RenewalRequest = z.infer<typeof renewalRequestSchema>;

/** `CertificateRenewalDue` as EventBridge hands it over. */
export const renewalEventSchema = z.object({ detail: certificateRenewalDueSchema });
export type RenewalEvent = z.infer<typeof renewalEventSchema>;

/** What the steps hand on of it. */
export const renewalSchema = z.object({
  renewalId: z.string(),
  name: z.string(),
  executionArn: z.string(),
  startedAt: z.string(),
  actor: z.string(),
  correlationId: z.string(),
  causationId: z.string(),
  action: z.enum(['issue', 'restart']),
  /** SHA-256 of the Secret's certificate before. */
  before: z.optional(z.string()),
  /** How often cert-manager had issued it before. */
  revision: z.optional(z.number()),
  /** Deployments that are restarted. */
  restart: z.array(z.string()),
  issueTimeoutSeconds: z.number(),
  serveTimeoutSeconds: z.number(),
});
export type Renewal = z.infer<typeof renewalSchema>;

const obstacle = z.optional(z.enum(renewalObstacles));
const times = { observedAt: z.string(), since: z.string() };

export const planRenewalTask = {
  input: z.object({
    event: z.optional(renewalEventSchema),
    request: z.optional(renewalRequestSchema),
    renewalId: z.string(),
    executionArn: z.string(),
    startedAt: z.string(),
    /** Say what would be done and take no lease. */
    planOnly: z.optional(z.boolean()),
    /** An execution that holds the right and does not run any more: whoever asked Step Functions says so. */
    deadHolder: z.optional(z.string()),
  }),
  output: z.object({
    outcome: z.enum(['acted', 'suppressed', 'refused']),
    reason: z.string(),
    /** What will be done, one line each. */
    steps: z.array(z.string()),
    /** The execution that renews it already, if it lives. */
    holder: z.optional(z.string()),
    renewal: renewalSchema,
  }),
};
export type RenewalPlan = z.infer<typeof planRenewalTask.output>;

/** Asks cert-manager to issue, as its own command line does. */
export const triggerRenewalTask = {
  input: z.object({ renewal: renewalSchema }),
  output: z.object({ triggered: z.boolean(), reason: z.string() }),
};

export const restartConsumersTask = {
  input: z.object({ renewal: renewalSchema, restartedAt: z.string() }),
  output: z.object({ restarted: z.array(z.string()) }),
};

/** `issue`: whether cert-manager has issued. `serve`: whether every address serves what was issued. */
export const followRenewalTask = {
  input: z.object({ renewal: renewalSchema, phase: z.enum(['issue', 'serve']), ...times }),
  output: z.object({
    status: z.enum(['pending', 'done', 'failed']),
    reason: z.string(),
    pollSeconds: z.number(),
    obstacle,
    /** When the issuer may be asked again. */
    retryAt: z.optional(z.string()),
    /** SHA-256 of what the Secret holds now. */
    after: z.optional(z.string()),
  }),
};
export type RenewalProgress = z.infer<typeof followRenewalTask.output>;

/** Records how it ended, gives back the right to renew, and tells. */
export const settleRenewalTask = {
  input: z.object({
    renewal: renewalSchema,
    outcome: z.enum(['succeeded', 'failed']),
    reason: z.string(),
    obstacle,
    retryAt: z.optional(z.string()),
    after: z.optional(z.string()),
    finishedAt: z.string(),
  }),
  output: z.object({ reason: z.string() }),
};
export type RenewalEnd = z.infer<typeof settleRenewalTask.input>;

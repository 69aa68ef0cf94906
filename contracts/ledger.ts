// The ledger: its record kinds, the one builder of their keys, and how each is looked up.
//
// | question                                          | answered by                                              |
// |---------------------------------------------------|----------------------------------------------------------|
// | was this delivery, body or event handled already? | get claim                                                |
// | what runs where?                                  | byKind `current`, sorted environment#service             |
// | what ran in an environment before?                | query deployment partition, newest last                  |
// | which digest is version v of a service?           | get release; all versions: query its partition           |
// | what is wanted newest, who may change it?         | get desired, get lease                                   |
// | how did the build of a commit end, who waits?     | query build partition                                    |
// | how did a promotion go, why was it decided so?    | get promotion; query decision partition                  |
// | what happened lately?                             | byKind `event#<day>` / `promotion#<environment>`, by time |
// | what belongs to one chain of causes?              | byCorrelation, by time                                   |
// | may this digest run?                              | get quarantine; all: byKind `quarantine`                 |
// | what is being changed right now?                  | get rollout                                              |
// | how often was something taken back lately?        | get automaticRollbacks                                   |
// | how are the certificates? how were they?          | byKind `certificate`, sorted name; query its partition   |
// | when was every certificate checked last?          | query certificate-report partition, newest last          |
//
// Every write is of a single item and conditional, so each step can be repeated. Times are ISO 8601 in UTC (they sort as text);
// only `expiresAt` is in epoch seconds, as DynamoDB wants it.
import * as z from 'zod/mini';
import { certificateVerdictSchema } from './certificates.ts';

export const ledgerKeys = { partition: 'pk', sort: 'sk', timeToLive: 'expiresAt' } as const;

export const ledgerIndexes = [
  { name: 'byKind', partition: 'kind', sort: 'sortKey' },
  { name: 'byCorrelation', partition: 'correlationId', sort: 'sortKey' },
] as const;

export interface LedgerKey {
  readonly pk: string;
  readonly sk: string;
}

/** What a claim protects: a delivery id, a signed body, or the event that starts a workflow. */
export type ClaimScope = 'github-delivery' | 'github-body' | 'alert' | 'promote-release' | 'rollback-release';

/** The only place that makes keys; the state machines' own keys are tested against it. */
export const ledgerKey = {
  claim: (scope: ClaimScope, id: string): LedgerKey => ({ pk: `CLAIM#${scope}#${id}`, sk: 'CLAIM' }),
  release: (service: string, version: string): LedgerKey => ({ pk: `RELEASE#${service}`, sk: version }),
  desired: (environment: string, service: string): LedgerKey => ({ pk: `DESIRED#${environment}`, sk: service }),
  lease: (environment: string, service: string): LedgerKey => ({ pk: `LEASE#${environment}`, sk: service }),
  current: (environment: string, service: string): LedgerKey => ({ pk: `CURRENT#${environment}`, sk: service }),
  rollout: (environment: string, service: string): LedgerKey => ({ pk: `ROLLOUT#${environment}`, sk: service }),
  deployment: (environment: string, service: string, startedAt: string, promotionId: string): LedgerKey => ({
    pk: `DEPLOYMENT#${environment}#${service}`,
    sk: `${startedAt}#${promotionId}`,
  }),
  buildConclusion: (repository: string, commit: string): LedgerKey => ({
    pk: `BUILD#${repository}#${commit}`,
    sk: 'CONCLUSION',
  }),
  buildWaiter: (repository: string, commit: string, promotionId: string): LedgerKey => ({
    pk: `BUILD#${repository}#${commit}`,
    sk: `WAITER#${promotionId}`,
  }),
  promotion: (promotionId: string): LedgerKey => ({ pk: `PROMOTION#${promotionId}`, sk: 'PROMOTION' }),
  decision: (promotionId: string, rule: string): LedgerKey => ({ pk: `DECISION#${promotionId}`, sk: rule }),
  event: (eventId: string): LedgerKey => ({ pk: `EVENT#${eventId}`, sk: 'EVENT' }),
  automaticRollbacks: (): LedgerKey => ({ pk: 'ROLLBACKS', sk: 'AUTOMATIC' }),
  incident: (rollbackId: string): LedgerKey => ({ pk: `INCIDENT#${rollbackId}`, sk: 'INCIDENT' }),
  quarantine: (service: string, digest: string): LedgerKey => ({ pk: `QUARANTINE#${service}`, sk: digest }),
  certificate: (name: string): LedgerKey => ({ pk: `CERTIFICATE#${name}`, sk: 'CERTIFICATE' }),
  certificateCheck: (name: string, checkedAt: string): LedgerKey => ({
    pk: `CERTIFICATE#${name}`,
    sk: `CHECK#${checkedAt}`,
  }),
  certificateReport: (startedAt: string): LedgerKey => ({ pk: 'CERTIFICATE-REPORT', sk: startedAt }),
};

/** Values of `kind`, by which records of one sort are listed. */
export const ledgerKind = {
  current: 'current',
  release: (service: string): string => `release#${service}`,
  promotion: (environment: string): string => `promotion#${environment}`,
  /** One partition a day, so that no partition grows without bound. */
  event: (occurredAt: string): string => `event#${occurredAt.slice(0, 10)}`,
  decision: (occurredAt: string): string => `decision#${occurredAt.slice(0, 10)}`,
  deployment: (environment: string): string => `deployment#${environment}`,
  quarantine: 'quarantine',
  incident: 'incident',
  certificate: 'certificate',
};

const keyed = { pk: z.string(), sk: z.string() };
const indexed = { ...keyed, kind: z.string(), sortKey: z.string() };

/** `in-progress` until what it protects is durable; taken over when its lease ran out. */
export const claimRecord = z.object({
  ...keyed,
  status: z.enum(['in-progress', 'done']),
  /** Who works on it: a request id or an execution ARN. */
  holder: z.string(),
  /** Epoch milliseconds after which another may take over. */
  leaseUntilMilliseconds: z.optional(z.number()),
  /** Of the claim of a body: the delivery that brought it first. */
  deliveryId: z.optional(z.string()),
  /** Of the claim of a delivery: SHA-256 of the body it came with. */
  bodyDigest: z.optional(z.string()),
  expiresAt: z.number(),
});
export type ClaimRecord = z.infer<typeof claimRecord>;

/** A version of a service: the digest that was found under its tag first, and that travels through all environments. */
export const releaseRecord = z.object({
  ...indexed,
  service: z.string(),
  version: z.string(),
  image: z.string(),
  digest: z.string(),
  repository: z.string(),
  commit: z.string(),
  recordedAt: z.string(),
  correlationId: z.string(),
});
export type ReleaseRecord = z.infer<typeof releaseRecord>;

/** The newest thing that somebody wants in an environment. It never goes back in time. */
export const desiredRecord = z.object({
  ...keyed,
  promotionId: z.string(),
  version: z.string(),
  commit: z.string(),
  /** The commit that the push moved the branch from: tells the order of pushes within one second. */
  previousCommit: z.optional(z.string()),
  /** When it was pushed or asked for. */
  desiredAt: z.string(),
});
export type DesiredRecord = z.infer<typeof desiredRecord>;

/** Who may change a service in an environment. The token only grows; a released lease keeps it and has no holder. */
export const leaseRecord = z.object({
  ...keyed,
  fencingToken: z.number(),
  /** Execution ARN. */
  holder: z.optional(z.string()),
  promotionId: z.optional(z.string()),
  leaseUntilMilliseconds: z.optional(z.number()),
});
export type LeaseRecord = z.infer<typeof leaseRecord>;

const deployed = {
  environment: z.string(),
  service: z.string(),
  version: z.string(),
  image: z.string(),
  digest: z.string(),
  commit: z.string(),
  /** Commit in the GitOps repository. */
  revision: z.string(),
  promotionId: z.string(),
  executionArn: z.string(),
  actor: z.string(),
  startedAt: z.string(),
  finishedAt: z.string(),
  fencingToken: z.number(),
  correlationId: z.string(),
  causationId: z.string(),
  /** Absent: a promotion. */
  change: z.optional(z.literal('rollback')),
  /** When it reached Git, which is when it can have begun to do harm; absent in what was recorded before this was kept. */
  committedAt: z.optional(z.string()),
};

/** What runs now, by the last promotion that succeeded. */
export const currentRecord = z.object({ ...indexed, ...deployed });
export type CurrentRecord = z.infer<typeof currentRecord>;

/** One attempt to change a service in an environment; written once, never changed. */
export const deploymentRecord = z.object({
  ...indexed,
  ...deployed,
  outcome: z.enum(['succeeded', 'failed']),
  /** Why it failed, for a person. */
  reason: z.optional(z.string()),
  /** The digest that ran before, where we know it: what a rollback would return to. */
  previousDigest: z.optional(z.string()),
});
export type DeploymentRecord = z.infer<typeof deploymentRecord>;

/** The change that was written to Git last: under way until the deployment of the same promotion is recorded. */
export const rolloutRecord = z.object({
  ...keyed,
  environment: z.string(),
  service: z.string(),
  version: z.string(),
  image: z.string(),
  digest: z.string(),
  commit: z.string(),
  promotionId: z.string(),
  correlationId: z.string(),
  change: z.optional(z.literal('rollback')),
  committedAt: z.string(),
  fencingToken: z.number(),
});
export type RolloutRecord = z.infer<typeof rolloutRecord>;

/** How the build of a commit ended; a later attempt of the same run overwrites an earlier one. */
export const buildConclusionRecord = z.object({
  ...keyed,
  conclusion: z.string(),
  runId: z.number(),
  runAttempt: z.number(),
  url: z.string(),
  concludedAt: z.string(),
  eventId: z.string(),
  expiresAt: z.number(),
});
export type BuildConclusionRecord = z.infer<typeof buildConclusionRecord>;

/** An execution that waits for a build. */
export const buildWaiterRecord = z.object({
  ...keyed,
  taskToken: z.string(),
  promotionId: z.string(),
  expiresAt: z.number(),
});
export type BuildWaiterRecord = z.infer<typeof buildWaiterRecord>;

/** How a promotion ended: the entry that the summary names. */
export const promotionRecord = z.object({
  ...indexed,
  promotionId: z.string(),
  environment: z.string(),
  outcome: z.enum(['succeeded', 'failed', 'refused', 'superseded']),
  reason: z.string(),
  services: z.array(z.object({ name: z.string(), version: z.string(), digest: z.optional(z.string()) })),
  repository: z.string(),
  commit: z.string(),
  revision: z.optional(z.string()),
  /** Absent: a promotion. */
  change: z.optional(z.literal('rollback')),
  actor: z.string(),
  executionArn: z.string(),
  startedAt: z.string(),
  finishedAt: z.string(),
  correlationId: z.string(),
  causationId: z.string(),
  /** What went wrong on the way without stopping it. */
  warnings: z.array(z.string()),
});
export type PromotionRecord = z.infer<typeof promotionRecord>;

/** What was decided by which rule on which inputs, in words. */
export const decisionRecord = z.object({
  ...indexed,
  promotionId: z.string(),
  rule: z.string(),
  outcome: z.enum(['acted', 'suppressed', 'deferred', 'refused']),
  words: z.string(),
  inputs: z.record(z.string(), z.unknown()),
  occurredAt: z.string(),
  correlationId: z.string(),
  causationId: z.string(),
});
export type DecisionRecord = z.infer<typeof decisionRecord>;

/** One event of the bus, without its payload. */
export const eventRecord = z.object({
  ...indexed,
  eventId: z.string(),
  source: z.string(),
  detailType: z.string(),
  occurredAt: z.string(),
  correlationId: z.string(),
  causationId: z.optional(z.string()),
  actor: z.string(),
  /** What it is about, in a few words. */
  summary: z.string(),
  expiresAt: z.number(),
});
export type EventRecord = z.infer<typeof eventRecord>;

/** A digest that must not run again, until a person lifts it. */
export const quarantineRecord = z.object({
  ...indexed,
  service: z.string(),
  version: z.string(),
  digest: z.string(),
  reason: z.string(),
  quarantinedAt: z.string(),
  rollbackId: z.string(),
  correlationId: z.string(),
});
export type QuarantineRecord = z.infer<typeof quarantineRecord>;

/** The automatic rollbacks of the last 24 hours: one record, so that each limit is held by one conditional write. */
export const automaticRollbacksRecord = z.object({
  ...keyed,
  /** Grows with each write. */
  version: z.number(),
  entries: z.array(
    z.object({
      rollbackId: z.string(),
      environment: z.string(),
      service: z.string(),
      blamedPromotionId: z.string(),
      at: z.string(),
    }),
  ),
});
export type AutomaticRollbacksRecord = z.infer<typeof automaticRollbacksRecord>;

/** Something went so wrong that a release was taken back. */
export const incidentRecord = z.object({
  ...indexed,
  rollbackId: z.string(),
  environment: z.string(),
  services: z.array(z.string()),
  /** The versions that were taken back. */
  from: z.array(z.string()),
  outcome: z.enum(['succeeded', 'failed']),
  reason: z.string(),
  openedAt: z.string(),
  issueUrl: z.optional(z.string()),
  correlationId: z.string(),
  causationId: z.string(),
});
export type IncidentRecord = z.infer<typeof incidentRecord>;

const checked = {
  name: z.string(),
  checkedAt: z.string(),
  executionArn: z.string(),
  verdict: certificateVerdictSchema,
};

/** How a certificate was found at its last check. */
export const certificateRecord = z.object({
  ...indexed,
  ...checked,
  host: z.string(),
  port: z.number(),
  environment: z.string(),
  owner: z.string(),
  /** As the configuration names it. */
  issuer: z.string(),
  /** Since when it has just these problems, or none. */
  since: z.string(),
  /** What ACM said of it and has not taken back; it counts while the certificate with this fingerprint is served. */
  acm: z.optional(
    z.object({
      actionRequired: z.boolean(),
      daysLeft: z.optional(z.number()),
      fingerprint: z.optional(z.string()),
    }),
  ),
});
export type CertificateRecord = z.infer<typeof certificateRecord>;

/** One check of one certificate; written once. */
export const certificateCheckRecord = z.object({ ...keyed, ...checked, expiresAt: z.number() });
export type CertificateCheckRecord = z.infer<typeof certificateCheckRecord>;

/** One run of check-certificates: also proves that it ran at all. */
export const certificateReportRecord = z.object({
  ...keyed,
  executionArn: z.string(),
  finishedAt: z.string(),
  valid: z.number(),
  warning: z.number(),
  critical: z.number(),
  /** Names that could not be checked. */
  unchecked: z.number(),
  expiresAt: z.number(),
});
export type CertificateReportRecord = z.infer<typeof certificateReportRecord>;

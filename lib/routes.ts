// THE table: everything that starts something here, in the order in which a person would read it.
import type { EventPattern } from 'aws-cdk-lib/aws-events';
import type { Configuration } from '../config/schema.ts';
import { alertChangedPattern, truncatedAlertsPattern } from '../contracts/events/alert.ts';
import { approvalPattern } from '../contracts/events/approval.ts';
import { backupNotificationPattern } from '../contracts/events/backup.ts';
import { acmPattern, certificatePattern } from '../contracts/events/certificate.ts';
import {
  certificateRenewedPattern,
  renewalDuePattern,
  renewalNotificationPattern,
} from '../contracts/events/certificate-renewal.ts';
import { clusterNewsPattern } from '../contracts/events/cluster.ts';
import { configurationPattern } from '../contracts/events/configuration.ts';
import {
  branchPushPattern,
  deploymentReviewedPattern,
  releasePublishedPattern,
  workflowRunCompletedPattern,
} from '../contracts/events/github.ts';
import { jobPattern } from '../contracts/events/job.ts';
import { promotionPattern, promotionSucceededPattern } from '../contracts/events/promotion.ts';
import { backupCompletedPattern, replicationPattern } from '../contracts/events/replication.ts';
import {
  alertFiringPattern,
  breakGlassPattern,
  rollbackNotificationPattern,
  unhealthyPromotionPattern,
} from '../contracts/events/rollback.ts';
import { approvalPressedPattern } from '../contracts/events/slack.ts';
import type { FunctionName } from '../contracts/functions.ts';
import type { Concern } from './constructs/dead-letters.ts';

/** Workflows that a rule or a person can start: file names below state-machines/. */
export const workflowNames = [
  'promote-release',
  'rollback-release',
  'reconcile-git',
  'check-certificates',
  'renew-certificate',
  'back-up-database',
  'verify-backup',
  'restore-database',
  'back-up-configuration',
  'replicate-to-recovery-region',
] as const;
export type WorkflowName = (typeof workflowNames)[number];

export interface HttpRoute {
  readonly path: string;
  readonly function: FunctionName;
}

export interface EventRoute {
  /** The rule's construct id and the end of its name. */
  readonly id: string;
  /** What the rule is for, in one sentence. */
  readonly description: string;
  readonly pattern: EventPattern;
  /** Whether AWS services speak of it: they do so on the account's default bus. */
  readonly fromAws?: boolean;
  readonly target: { readonly workflow: WorkflowName } | { readonly function: FunctionName };
  readonly deadLetters: Concern;
}

export interface ScheduleRoute {
  readonly id: string;
  readonly description: string;
  readonly schedule: keyof Configuration['schedules'];
  readonly target: { readonly workflow: WorkflowName } | { readonly function: FunctionName };
  readonly deadLetters: Concern;
}

/** Every method is routed: the function itself answers 405, which an HTTP API cannot. */
export const httpRoutes: readonly HttpRoute[] = [
  { path: '/webhooks/github', function: 'receive-github-webhook' },
  { path: '/webhooks/alertmanager', function: 'receive-alertmanager-notification' },
  { path: '/webhooks/slack', function: 'receive-slack-interaction' },
  { path: '/metrics', function: 'expose-metrics' },
  { path: '/webhooks/argocd', function: 'receive-argocd-notification' },
  { path: '/webhooks/flagger/event', function: 'receive-flagger-event' },
  // confirm-rollout, confirm-promotion, rollback.
  { path: '/webhooks/flagger/{question}', function: 'answer-flagger-gate' },
];

/** The routes of this configuration. */
export function buildEventRoutes({ github, environments }: Configuration): readonly EventRoute[] {
  const sources = github.repositories.map((repository) => `${github.owner}/${repository}`);
  const followed = Object.values(environments).flatMap(({ promoteFrom }) => promoteFrom ?? []);
  return [
    {
      id: 'push-promotes',
      description: 'A push to a branch promotes what it touched to the environment of that branch',
      pattern: ofRepositories(branchPushPattern, sources),
      target: { workflow: 'promote-release' },
      deadLetters: 'promotion',
    },
    {
      id: 'release-promotes',
      description: 'A published release promotes to the environments that ask for it',
      pattern: ofRepositories(releasePublishedPattern, sources),
      target: { workflow: 'promote-release' },
      deadLetters: 'promotion',
    },
    ...(followed.length === 0
      ? []
      : [
          {
            id: 'success-travels',
            description: 'What was promoted with success is promoted to the environment that follows',
            pattern: promotionSucceededPattern(followed),
            target: { workflow: 'promote-release' },
            deadLetters: 'promotion',
          } as const,
        ]),
    {
      id: 'build-concludes',
      description: 'The end of a build is told to the promotions that wait for it',
      pattern: ofRepositories(workflowRunCompletedPattern, sources),
      target: { function: 'report-build' },
      deadLetters: 'promotion',
    },
    {
      id: 'cluster-news-wake',
      description: 'What Argo CD and Flagger say wakes the promotions and rollbacks that wait for it',
      pattern: clusterNewsPattern,
      target: { function: 'report-rollout' },
      deadLetters: 'promotion',
    },
    {
      id: 'alert-is-tracked',
      description: 'The gates know which critical alerts fire',
      pattern: alertChangedPattern,
      target: { function: 'track-alert' },
      deadLetters: 'promotion',
    },
    {
      id: 'alert-rolls-back',
      description: 'A firing alert takes back the release that caused it, if one did',
      pattern: alertFiringPattern,
      target: { workflow: 'rollback-release' },
      deadLetters: 'rollback',
    },
    {
      id: 'unhealthy-promotion-rolls-back',
      description: 'A promotion that did not become healthy is taken back where the configuration says so',
      pattern: unhealthyPromotionPattern,
      target: { workflow: 'rollback-release' },
      deadLetters: 'rollback',
    },
    {
      id: 'break-glass-reconciles',
      description: 'What was pinned past Git is written into it when it can be reached again',
      pattern: breakGlassPattern,
      target: { workflow: 'reconcile-git' },
      deadLetters: 'rollback',
    },
    {
      id: 'rollback-notifies',
      description: 'What becomes of a rollback is told to people',
      pattern: rollbackNotificationPattern,
      target: { function: 'notify' },
      deadLetters: 'notification',
    },
    {
      id: 'alert-notifies',
      description: 'That Alertmanager left alerts out is told to people',
      pattern: truncatedAlertsPattern,
      target: { function: 'notify' },
      deadLetters: 'notification',
    },
    {
      id: 'slack-decides',
      description: 'A button that a person presses in Slack is an answer to what was asked',
      pattern: approvalPressedPattern,
      target: { function: 'decide-approval' },
      deadLetters: 'approval',
    },
    {
      id: 'review-decides',
      description: 'A deployment review in GitHub is an answer to what was asked of the same commit and environment',
      pattern: ofRepositories(deploymentReviewedPattern, sources),
      target: { function: 'decide-approval' },
      deadLetters: 'approval',
    },
    {
      id: 'approval-notifies',
      description: 'What is asked of people, and what they answer, is told to people',
      pattern: approvalPattern,
      target: { function: 'notify' },
      deadLetters: 'notification',
    },
    {
      id: 'promotion-notifies',
      description: 'What becomes of a promotion is told to people',
      pattern: promotionPattern,
      target: { function: 'notify' },
      deadLetters: 'notification',
    },
    {
      id: 'acm-checks',
      description: 'What ACM says of a certificate has it checked at once',
      pattern: acmPattern,
      fromAws: true,
      target: { workflow: 'check-certificates' },
      deadLetters: 'certificates',
    },
    {
      id: 'certificate-renews',
      description: 'A certificate that cert-manager did not renew in time, or that is served stale, is renewed',
      pattern: renewalDuePattern,
      target: { workflow: 'renew-certificate' },
      deadLetters: 'certificates',
    },
    {
      id: 'renewed-checks',
      description: 'A renewed certificate is checked at once, so that what was told of it is closed',
      pattern: certificateRenewedPattern,
      target: { workflow: 'check-certificates' },
      deadLetters: 'certificates',
    },
    {
      id: 'renewal-notifies',
      description: 'What becomes of a renewal is told to people',
      pattern: renewalNotificationPattern,
      target: { function: 'notify' },
      deadLetters: 'notification',
    },
    {
      id: 'certificate-notifies',
      description: 'What changes about a certificate is told to people',
      pattern: certificatePattern,
      target: { function: 'notify' },
      deadLetters: 'notification',
    },
    {
      id: 'configuration-notifies',
      description: 'What a night has changed in the configuration of an environment is told to people',
      pattern: configurationPattern,
      target: { function: 'notify' },
      deadLetters: 'notification',
    },
    {
      id: 'backup-notifies',
      description: 'What becomes of a restore, and every backup that failed or was proven, is told to people',
      pattern: backupNotificationPattern,
      target: { function: 'notify' },
      deadLetters: 'notification',
    },
    {
      id: 'backup-replicates',
      description: 'A completed backup is followed on its way to the recovery region',
      pattern: backupCompletedPattern,
      target: { workflow: 'replicate-to-recovery-region' },
      deadLetters: 'backups',
    },
    {
      id: 'replication-notifies',
      description: 'What becomes too old in the recovery region is told to people',
      pattern: replicationPattern,
      target: { function: 'notify' },
      deadLetters: 'notification',
    },
    {
      id: 'job-notifies',
      description: 'What becomes of a scheduled job that stays away is told to people',
      pattern: jobPattern,
      target: { function: 'notify' },
      deadLetters: 'notification',
    },
    {
      id: 'everything-is-recorded',
      description: 'Every event enters the index that answers what caused what',
      pattern: { version: ['0'] },
      target: { function: 'record-event' },
      deadLetters: 'audit',
    },
  ];
}

export const scheduleRoutes: readonly ScheduleRoute[] = [
  {
    id: 'redeliver-failed-webhooks',
    description: 'GitHub does not send again by itself what it could not deliver: we ask for it',
    schedule: 'redeliverFailedWebhooks',
    target: { function: 'redeliver-failed-webhooks' },
    deadLetters: 'ingress',
  },
  {
    id: 'retire-colours',
    description: 'The colour that is not live any more is scaled down once it was kept warm long enough',
    schedule: 'retireColours',
    target: { function: 'retire-colours' },
    deadLetters: 'promotion',
  },
  {
    id: 'check-certificates',
    description: 'Every certificate is compared with what is really served, every day',
    schedule: 'checkCertificates',
    target: { workflow: 'check-certificates' },
    deadLetters: 'certificates',
  },
  {
    id: 'back-up-database',
    description: 'Every database is backed up, every night',
    schedule: 'backUpDatabase',
    target: { workflow: 'back-up-database' },
    deadLetters: 'backups',
  },
  {
    id: 'back-up-configuration',
    description: 'What is configured in the clusters is backed up, every night after the databases',
    schedule: 'backUpConfiguration',
    target: { workflow: 'back-up-configuration' },
    deadLetters: 'backups',
  },
  {
    id: 'replicate-to-recovery-region',
    description: 'What must stand in the recovery region is measured, and sent again where it is missing, every hour',
    schedule: 'replicateToRecoveryRegion',
    target: { workflow: 'replicate-to-recovery-region' },
    deadLetters: 'backups',
  },
  {
    id: 'watch-jobs',
    description: 'Every scheduled job is looked after: one that stays away is told of',
    schedule: 'watchJobs',
    target: { function: 'watch-jobs' },
    deadLetters: 'watchdog',
  },
  {
    id: 'verify-backup',
    description: 'The newest backup of each database is proven by a restore, every week',
    schedule: 'verifyBackup',
    target: { workflow: 'verify-backup' },
    deadLetters: 'backups',
  },
  {
    id: 'apply-retention',
    description: 'What expired enters the catalogue, and the last proven backup is kept, every day',
    schedule: 'applyRetention',
    target: { function: 'apply-retention' },
    deadLetters: 'backups',
  },
];

/** Only what happens in the repositories that we release from: our own commits to the GitOps repository start nothing. */
function ofRepositories<P extends { readonly detail: { readonly payload: object } }>(
  pattern: P,
  fullNames: string[],
): EventPattern {
  return { ...pattern, detail: { payload: { ...pattern.detail.payload, repository: { full_name: fullNames } } } };
}

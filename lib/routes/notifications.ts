// What leads to telling people.
import { truncatedAlertsPattern } from '../../contracts/events/alert.ts';
import { approvalPattern } from '../../contracts/events/approval.ts';
import { backupNotificationPattern } from '../../contracts/events/backup.ts';
import { certificatePattern } from '../../contracts/events/certificate.ts';
import { renewalNotificationPattern } from '../../contracts/events/certificate-renewal.ts';
import { configurationPattern } from '../../contracts/events/configuration.ts';
import { jobPattern } from '../../contracts/events/job.ts';
import { promotionPattern } from '../../contracts/events/promotion.ts';
import { replicationPattern } from '../../contracts/events/replication.ts';
import { rollbackNotificationPattern } from '../../contracts/events/rollback.ts';
import type { EventRoute } from './route.ts';

export const notificationRoutes: readonly EventRoute[] = [
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
];

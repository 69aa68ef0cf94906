// THE table: every family of events that people are told of. A new one is a file in messages/ and a row here.
import type { MessageFamily } from './define-messages.ts';
import { alertMessages } from './messages/alert.ts';
import { approvalMessages } from './messages/approval.ts';
import { backupMessages } from './messages/backup.ts';
import { certificateMessages } from './messages/certificate.ts';
import { certificateRenewalMessages } from './messages/certificate-renewal.ts';
import { configurationMessages } from './messages/configuration.ts';
import { jobMessages } from './messages/job.ts';
import { promotionMessages } from './messages/promotion.ts';
import { recoveryMessages } from './messages/recovery.ts';
import { replicationMessages } from './messages/replication.ts';
import { rollbackMessages } from './messages/rollback.ts';

export const messageFamilies: readonly MessageFamily[] = [
  promotionMessages,
  rollbackMessages,
  approvalMessages,
  alertMessages,
  certificateMessages,
  certificateRenewalMessages,
  jobMessages,
  replicationMessages,
  recoveryMessages,
  configurationMessages,
  backupMessages,
];

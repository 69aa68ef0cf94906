// On domain events: tells people in Slack what happened.
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SSMClient } from '@aws-sdk/client-ssm';
import * as z from 'zod/mini';
import {
  type ApprovalDetail,
  type ApprovalEventType,
  approvalDetailSchema,
  approvalEventTypes,
} from '../../contracts/events/approval.ts';
import {
  type CertificateDetail,
  type CertificateEventType,
  certificateDetailSchema,
  certificateEventTypes,
} from '../../contracts/events/certificate.ts';
import {
  type PromotionDetail,
  type PromotionEventType,
  promotionDetailSchema,
  promotionEventTypes,
} from '../../contracts/events/promotion.ts';
import {
  type RollbackDetail,
  type RollbackEventType,
  rollbackDetailSchema,
  rollbackEventTypes,
} from '../../contracts/events/rollback.ts';
import { buildApprovalMessage } from '../../core/notifications/build-approval-message.ts';
import { buildCertificateMessage, buildMessage, type Message } from '../../core/notifications/build-message.ts';
import { buildRollbackMessage } from '../../core/notifications/build-rollback-message.ts';
import { createAddressReader } from '../adapters/address-reader.ts';
import { createSecretReader, slackSecretSchema } from '../adapters/secret-reader.ts';
import { createSlackMessenger } from '../adapters/slack-messenger.ts';
import { awsClientOptions } from '../platform/aws-client-options.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineEventHandler } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';
import { systemClock } from '../platform/system-clock.ts';

const environment = readEnvironment(['SLACK_SECRET_ID', 'ADDRESSES_PARAMETER_PATH']);
const configuration = readConfiguration();
const address = createAddressReader(new SSMClient(awsClientOptions), systemClock, environment.ADDRESSES_PARAMETER_PATH);
const secrets = new SecretsManagerClient(awsClientOptions);
const post = createSlackMessenger(
  address,
  createSecretReader(secrets, systemClock, environment.SLACK_SECRET_ID, slackSecretSchema),
);

/** Throws what Slack did not take: the event is tried again and then lies in the dead-letter queue. */
export const handler = defineEventHandler({
  input: z.union([
    z.object({ 'detail-type': z.enum(promotionEventTypes), detail: promotionDetailSchema }),
    z.object({ 'detail-type': z.enum(rollbackEventTypes), detail: rollbackDetailSchema }),
    z.object({ 'detail-type': z.enum(approvalEventTypes), detail: approvalDetailSchema }),
    z.object({ 'detail-type': z.enum(certificateEventTypes), detail: certificateDetailSchema }),
  ]),
  async handle({ 'detail-type': type, detail }) {
    const message = build(type, detail);
    await post(message);
    return { channel: message.channel };
  },
});

function build(type: string, detail: PromotionDetail | RollbackDetail | ApprovalDetail | CertificateDetail): Message {
  if ('approval' in detail) return buildApprovalMessage(configuration, type as ApprovalEventType, detail);
  if ('rollback' in detail) return buildRollbackMessage(configuration, type as RollbackEventType, detail);
  if ('certificate' in detail) return buildCertificateMessage(configuration, type as CertificateEventType, detail);
  return buildMessage(configuration, type as PromotionEventType, detail);
}

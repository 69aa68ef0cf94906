// POST /webhooks/alertmanager: credential → parse → claim and publish each alert, and only then 202.
import { createHash } from 'node:crypto';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { connectLedger } from '../adapters/connect-ledger.ts';
import { createDynamoEventClaims } from '../adapters/dynamo-claim-store.ts';
import { createEventBridgePublisher } from '../adapters/event-bridge-publisher.ts';
import { createSecretReader, webhookSecretSchema } from '../adapters/secret-reader.ts';
import { awsClientOptions } from '../platform/aws-client-options.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineHttpHandler } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';
import { publishMetric } from '../platform/metrics.ts';
import { systemClock } from '../platform/system-clock.ts';
import { createReceiveAlertmanagerNotification } from './receive-alertmanager-notification.ts';

const environment = readEnvironment(['LEDGER_TABLE_NAME', 'EVENT_BUS_NAME', 'ALERTMANAGER_SECRET_ID']);
const { application, retention } = readConfiguration();
const secrets = new SecretsManagerClient(awsClientOptions);

/** Answers 202 once every alert is durable; a 4xx only for what Alertmanager itself got wrong. */
export const handler = defineHttpHandler(
  createReceiveAlertmanagerNotification({
    secret: createSecretReader(secrets, systemClock, environment.ALERTMANAGER_SECRET_ID, webhookSecretSchema),
    claims: createDynamoEventClaims(
      connectLedger(environment.LEDGER_TABLE_NAME),
      systemClock,
      retention.claimDays,
      'alert',
    ),
    publisher: createEventBridgePublisher(new EventBridgeClient(awsClientOptions), environment.EVENT_BUS_NAME),
    clock: systemClock,
    digest: (body) => createHash('sha256').update(body).digest('hex'),
    countTruncated: (alerts) => publishMetric(application, 'AlertsTruncated', alerts),
  }),
);

// POST /webhooks/argocd: Argo CD's notifications become events on the bus, each once.
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { formatTime } from '../../core/clock.ts';
import { buildApplicationEvent } from '../../core/ingress/build-application-event.ts';
import { connectLedger } from '../adapters/connect-ledger.ts';
import { createDynamoEventClaims } from '../adapters/dynamo-claim-store.ts';
import { createEventBridgePublisher } from '../adapters/event-bridge-publisher.ts';
import { createSecretReader, webhookSecretSchema } from '../adapters/secret-reader.ts';
import { awsClientOptions } from '../platform/aws-client-options.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineHttpHandler } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';
import { systemClock } from '../platform/system-clock.ts';
import { createReceiveNotification } from './receive-notification.ts';

const environment = readEnvironment(['LEDGER_TABLE_NAME', 'EVENT_BUS_NAME', 'ARGOCD_SECRET_ID']);
const configuration = readConfiguration();
const ledger = connectLedger(environment.LEDGER_TABLE_NAME);
const secrets = new SecretsManagerClient(awsClientOptions);

export const handler = defineHttpHandler(
  createReceiveNotification({
    secret: createSecretReader(secrets, systemClock, environment.ARGOCD_SECRET_ID, webhookSecretSchema),
    claims: createDynamoEventClaims(ledger, systemClock, configuration.retention.claimDays, 'argocd'),
    publisher: createEventBridgePublisher(new EventBridgeClient(awsClientOptions), environment.EVENT_BUS_NAME),
    clock: systemClock,
    readEvent: (body) => buildApplicationEvent(configuration, body, formatTime(systemClock.now())),
  }),
);

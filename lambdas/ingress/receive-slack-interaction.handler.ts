// POST /webhooks/slack: signature → parse → claim and publish, and only then 200. GET: whether what is pressed could be taken now.
import { createHash } from 'node:crypto';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { claimRecord } from '../../contracts/ledger/claims.ts';
import { ledgerKey } from '../../contracts/ledger.ts';
import { connectLedger } from '../adapters/connect-ledger.ts';
import { createDynamoInteractionClaims } from '../adapters/dynamo-claim-store.ts';
import { createEventBridgePublisher } from '../adapters/event-bridge-publisher.ts';
import { createSecretReader, webhookSecretSchema } from '../adapters/secret-reader.ts';
import { awsClientOptions } from '../platform/aws-client-options.ts';
import { defineHttpHandler } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';
import { systemClock } from '../platform/system-clock.ts';
import { createReceiveSlackInteraction } from './receive-slack-interaction.ts';

const environment = readEnvironment(['LEDGER_TABLE_NAME', 'EVENT_BUS_NAME', 'SLACK_SIGNING_SECRET_ID']);
const ledger = connectLedger(environment.LEDGER_TABLE_NAME);
const secrets = new SecretsManagerClient(awsClientOptions);

/** Answers 200 once what was pressed is durable; a 4xx only for what no Slack would send. */
export const handler = defineHttpHandler(
  createReceiveSlackInteraction({
    secret: createSecretReader(secrets, systemClock, environment.SLACK_SIGNING_SECRET_ID, webhookSecretSchema),
    claims: createDynamoInteractionClaims(ledger, systemClock),
    publisher: createEventBridgePublisher(new EventBridgeClient(awsClientOptions), environment.EVENT_BUS_NAME),
    clock: systemClock,
    askLedger: async () => await ledger.find(claimRecord, ledgerKey.claim('slack-interaction', 'ready')),
    digest: (body) => createHash('sha256').update(body).digest('hex'),
  }),
);

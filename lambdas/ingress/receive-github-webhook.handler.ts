// POST /webhooks/github: verify → claim → parse → publish, and only then 202.
import { createHash } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { createDynamoClaimStore } from '../adapters/dynamo-claim-store.ts';
import { DynamoLedger } from '../adapters/dynamo-ledger.ts';
import { createEventBridgePublisher } from '../adapters/event-bridge-publisher.ts';
import { createS3ClaimCheckStore } from '../adapters/s3-claim-check-store.ts';
import { createSecretReader, webhookSecretSchema } from '../adapters/secret-reader.ts';
import { awsClientOptions } from '../platform/aws-client-options.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineHttpHandler } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';
import { systemClock } from '../platform/system-clock.ts';
import { createReceiveGitHubWebhook } from './receive-github-webhook.ts';

const environment = readEnvironment([
  'LEDGER_TABLE_NAME',
  'EVENT_BUS_NAME',
  'CLAIM_CHECK_BUCKET_NAME',
  'GITHUB_WEBHOOK_SECRET_ID',
]);
const { retention } = readConfiguration();
const ledger = new DynamoLedger(new DynamoDBClient(awsClientOptions), environment.LEDGER_TABLE_NAME);

/** Answers 202 once the event is durable, 200 to a ping, and otherwise says what is wrong without helping a forger. */
export const handler = defineHttpHandler(
  createReceiveGitHubWebhook({
    secret: createSecretReader(
      new SecretsManagerClient(awsClientOptions),
      systemClock,
      environment.GITHUB_WEBHOOK_SECRET_ID,
      webhookSecretSchema,
    ),
    claims: createDynamoClaimStore(ledger, systemClock, retention.claimDays),
    publisher: createEventBridgePublisher(new EventBridgeClient(awsClientOptions), environment.EVENT_BUS_NAME),
    claimChecks: createS3ClaimCheckStore(new S3Client(awsClientOptions), environment.CLAIM_CHECK_BUCKET_NAME),
    clock: systemClock,
    digest: (body) => createHash('sha256').update(body).digest('hex'),
  }),
);

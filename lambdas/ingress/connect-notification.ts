// The parts of a webhook for a controller in the clusters, as the running function reaches them.
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Configuration } from '../../config/schema.ts';
import { connectLedger } from '../adapters/connect-ledger.ts';
import { createDynamoEventClaims } from '../adapters/dynamo-claim-store.ts';
import { createEventBridgePublisher } from '../adapters/event-bridge-publisher.ts';
import { createSecretReader, webhookSecretSchema } from '../adapters/secret-reader.ts';
import { awsClientOptions } from '../platform/aws-client-options.ts';
import { systemClock } from '../platform/system-clock.ts';
import type { NotificationParts } from './receive-notification.ts';

/** `source`: whose events these are, for their claims. */
export function connectNotification(
  { retention }: Configuration,
  environment: { readonly LEDGER_TABLE_NAME: string; readonly EVENT_BUS_NAME: string },
  { source, secretId }: { readonly source: 'argocd' | 'flagger'; readonly secretId: string },
): Omit<NotificationParts, 'readEvent'> {
  const secrets = new SecretsManagerClient(awsClientOptions);
  const ledger = connectLedger(environment.LEDGER_TABLE_NAME);
  return {
    secret: createSecretReader(secrets, systemClock, secretId, webhookSecretSchema),
    claims: createDynamoEventClaims(ledger, systemClock, retention.claimDays, source),
    publisher: createEventBridgePublisher(new EventBridgeClient(awsClientOptions), environment.EVENT_BUS_NAME),
    clock: systemClock,
  };
}

// POST /webhooks/flagger/confirm-rollout, confirm-promotion and rollback: Flagger asks, and waits for what the ledger says.
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { formatTime } from '../../core/clock.ts';
import { readHolds } from '../../core/gates/read-holds.ts';
import { parseFlaggerWebhook } from '../../core/ingress/flagger-webhook.ts';
import { answerFlagger, flaggerQuestions } from '../../core/promotion/strategies/decide-canary-gate.ts';
import { connectLedger } from '../adapters/connect-ledger.ts';
import { readCanaryFacts } from '../adapters/dynamo-canary-facts.ts';
import { createDynamoGateLedger } from '../adapters/dynamo-gate-ledger.ts';
import { createSecretReader, webhookSecretSchema } from '../adapters/secret-reader.ts';
import { awsClientOptions } from '../platform/aws-client-options.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineHttpHandler } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';
import { readRawBody } from '../platform/http-api.ts';
import { logger } from '../platform/logger.ts';
import { systemClock } from '../platform/system-clock.ts';
import { asOurs } from './as-ours.ts';
import { faultWords, refuseRequest } from './receive-notification.ts';

const environment = readEnvironment(['LEDGER_TABLE_NAME', 'FLAGGER_SECRET_ID']);
const configuration = readConfiguration();
const ledger = connectLedger(environment.LEDGER_TABLE_NAME);
const gates = createDynamoGateLedger(ledger);
const secrets = new SecretsManagerClient(awsClientOptions);
const secret = createSecretReader(secrets, systemClock, environment.FLAGGER_SECRET_ID, webhookSecretSchema);

/** 200 is yes, for Flagger as for us; 403 is no; anything else it takes as no too, so that a fault of ours lets nothing pass. */
export const handler = defineHttpHandler(async (event) => {
  const refusal = await refuseRequest(secret, event);
  if (refusal !== undefined) return refusal;
  const question = flaggerQuestions.find((name) => name === event.rawPath.split('/').at(-1));
  if (question === undefined)
    return { statusCode: 404, body: { message: `ask for one of ${flaggerQuestions.join(', ')}` } };
  const { canary, environment: name, service } = parseFlaggerWebhook(configuration, readRawBody(event));
  const now = formatTime(systemClock.now());
  const [facts, holds] = await asOurs(faultWords, () =>
    Promise.all([
      readCanaryFacts(ledger, name, service, now),
      readHolds(configuration, gates, { environment: name, service, now }),
    ]),
  );
  const { isYes, ...answer } = answerFlagger(question, facts, holds);
  logger.info('flagger asked', { path: event.rawPath, canary, isYes, ...answer });
  const { reason: message, verdict } = answer;
  return { statusCode: isYes ? 200 : 403, body: { message, ...(verdict === undefined ? {} : { verdict }) } };
});

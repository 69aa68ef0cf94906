// POST /webhooks/flagger/confirm-rollout, confirm-promotion and rollback: Flagger asks, and waits for what the ledger says.
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { parseFlaggerWebhook } from '../../core/ingress/flagger-webhook.ts';
import { decideCanaryGate, decideCanaryRollback } from '../../core/promotion/strategies/decide-canary-gate.ts';
import { connectLedger } from '../adapters/connect-ledger.ts';
import { readCanaryFacts } from '../adapters/dynamo-canary-facts.ts';
import { createSecretReader, webhookSecretSchema } from '../adapters/secret-reader.ts';
import { awsClientOptions } from '../platform/aws-client-options.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineHttpHandler } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';
import { readRawBody } from '../platform/http-api.ts';
import { logger } from '../platform/logger.ts';
import { systemClock } from '../platform/system-clock.ts';
import { asOurs, refuseRequest } from './receive-notification.ts';

const environment = readEnvironment(['LEDGER_TABLE_NAME', 'FLAGGER_SECRET_ID']);
const configuration = readConfiguration();
const ledger = connectLedger(environment.LEDGER_TABLE_NAME);
const secrets = new SecretsManagerClient(awsClientOptions);
const secret = createSecretReader(secrets, systemClock, environment.FLAGGER_SECRET_ID, webhookSecretSchema);

const questions = ['confirm-rollout', 'confirm-promotion', 'rollback'];

/** 200 is yes, for Flagger as for us; 403 is no; anything else it takes as no too, so that a fault of ours lets nothing pass. */
export const handler = defineHttpHandler(async (event) => {
  const refusal = await refuseRequest(secret, event);
  if (refusal !== undefined) return refusal;
  const question = event.rawPath.split('/').at(-1);
  if (!questions.includes(question ?? ''))
    return { statusCode: 404, body: { message: `ask for one of ${questions.join(', ')}` } };
  const asked = parseFlaggerWebhook(configuration, readRawBody(event));
  const facts = await asOurs(() => readCanaryFacts(ledger, asked.environment, asked.service));
  const isRollback = question === 'rollback';
  const { isWanted, verdict, reason } = isRollback
    ? { ...decideCanaryRollback(facts), verdict: undefined }
    : { isWanted: false, ...decideCanaryGate(facts) };
  logger.info('flagger asked', { path: event.rawPath, canary: asked.canary, verdict, isWanted, reason });
  const isYes = isRollback ? isWanted : verdict === 'open';
  return { statusCode: isYes ? 200 : 403, body: { message: reason, ...(verdict === undefined ? {} : { verdict }) } };
});

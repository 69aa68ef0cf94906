// GET /metrics: what the platform's own Prometheus reads.
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { connectLedger } from '../adapters/connect-ledger.ts';
import { createSecretReader, webhookSecretSchema } from '../adapters/secret-reader.ts';
import { awsClientOptions } from '../platform/aws-client-options.ts';
import { defineHttpHandler } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';
import { systemClock } from '../platform/system-clock.ts';
import { createExposeMetrics } from './expose-metrics.ts';

const environment = readEnvironment(['LEDGER_TABLE_NAME', 'METRICS_SECRET_ID']);
const ledger = connectLedger(environment.LEDGER_TABLE_NAME);
const secrets = new SecretsManagerClient(awsClientOptions);

/** Asks the ledger at each scrape: there is nothing to keep. */
export const handler = defineHttpHandler(
  createExposeMetrics({
    secret: createSecretReader(secrets, systemClock, environment.METRICS_SECRET_ID, webhookSecretSchema),
    sources: { listByKind: (schema, kind) => ledger.listByKind(schema, kind) },
  }),
);

// On a schedule: asks GitHub to send again what it could not deliver, for it never does so by itself.
import * as z from 'zod/mini';
import { decideRedeliveries } from '../../core/ingress/decide-redeliveries.ts';
import { recordRun } from '../../core/jobs/record-run.ts';
import { connectGitHub } from '../adapters/connect-github.ts';
import { connectLedger } from '../adapters/connect-ledger.ts';
import { createDynamoJobStore } from '../adapters/dynamo-job-store.ts';
import {
  createAppDeliveries,
  findRepositoryDeliveries,
  type WebhookDeliveries,
} from '../adapters/github-deliveries.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineEventHandler } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';
import { logger } from '../platform/logger.ts';
import { systemClock } from '../platform/system-clock.ts';

const environment = readEnvironment(['LEDGER_TABLE_NAME', 'GITHUB_SECRET_ID', 'ADDRESSES_PARAMETER_PATH']);
const gitHub = connectGitHub(environment);
const store = createDynamoJobStore(connectLedger(environment.LEDGER_TABLE_NAME));
const { owner, repositories } = readConfiguration().github;
/** GitHub keeps deliveries that can be repeated this long. */
const windowMilliseconds = 3 * 86_400_000;

/** Looks at every webhook that leads to us. What failed too often is logged as an error: a person must look. */
export const handler = defineEventHandler({
  input: z.object({ scheduledFor: z.optional(z.string()) }),
  async handle({ scheduledFor }, { requestId }) {
    const run = { job: 'redeliver-failed-webhooks', requestId, scheduledFor };
    return await recordRun({ store, clock: systemClock }, run, redeliverFailedWebhooks);
  },
});

async function redeliverFailedWebhooks(): Promise<{ redelivered: number }> {
  const now = systemClock.now();
  let redelivered = 0;
  for (const webhook of await findWebhooks()) {
    const attempts = await webhook.list(now - windowMilliseconds);
    const { redeliver, givenUp } = decideRedeliveries(attempts, now);
    for (const attempt of redeliver) await webhook.redeliver(attempt);
    redelivered += redeliver.length;
    const guids = redeliver.map(({ guid }) => guid);
    logger.info('webhook deliveries checked', { webhook: webhook.name, attempts: attempts.length, redelivered: guids });
    if (givenUp.length > 0) logger.error('webhook deliveries given up', { webhook: webhook.name, givenUp });
  }
  return { redelivered };
}

async function findWebhooks(): Promise<WebhookDeliveries[]> {
  if (!('token' in (await gitHub.secret.read()))) return [createAppDeliveries(gitHub.appClient)];
  const found = await Promise.all(
    repositories.map(async (repository) => await findRepositoryDeliveries(gitHub.client, owner, repository)),
  );
  return found.flat();
}

// On a schedule: asks GitHub to send again what it could not deliver, for it never does so by itself.
import * as z from 'zod/mini';
import { redeliverFailed } from '../../core/ingress/redeliver-failed.ts';
import { recordRun } from '../../core/jobs/record-run.ts';
import { connectGitHub } from '../adapters/connect-github.ts';
import { connectLedger } from '../adapters/connect-ledger.ts';
import { createDynamoJobStore } from '../adapters/dynamo-job-store.ts';
import { findWebhooks } from '../adapters/github-deliveries.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineEventHandler } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';
import { logger } from '../platform/logger.ts';
import { systemClock } from '../platform/system-clock.ts';

const environment = readEnvironment(['LEDGER_TABLE_NAME', 'GITHUB_SECRET_ID', 'ADDRESSES_PARAMETER_PATH']);
const gitHub = connectGitHub(environment);
const store = createDynamoJobStore(connectLedger(environment.LEDGER_TABLE_NAME));
const { owner, repositories } = readConfiguration().github;

/** What failed too often is logged as an error: a person must look. */
export const handler = defineEventHandler({
  input: z.object({ scheduledFor: z.optional(z.string()) }),
  async handle({ scheduledFor }, { requestId }) {
    const run = { job: 'redeliver-failed-webhooks', requestId, scheduledFor };
    return await recordRun({ store, clock: systemClock }, run, async () => {
      const webhooks = await findWebhooks(gitHub, owner, repositories);
      const redelivered = await redeliverFailed(webhooks, systemClock.now(), ({ givenUp, ...checked }) => {
        logger.info('webhook deliveries checked', { ...checked });
        if (givenUp.length > 0) logger.error('webhook deliveries given up', { webhook: checked.webhook, givenUp });
      });
      return { redelivered };
    });
  },
});

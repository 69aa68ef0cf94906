// On a schedule: what the age of backups asks for.
import { RDSClient } from '@aws-sdk/client-rds';
import * as z from 'zod/mini';
import { verifiedRestoreAge } from '../../contracts/metrics.ts';
import { applyRetention } from '../../core/backups/apply-retention.ts';
import { recordRun } from '../../core/jobs/record-run.ts';
import { sweepProofs } from '../../core/snapshots/advance-proof.ts';
import { connectBackups } from '../adapters/connect-backups.ts';
import { connectLedger } from '../adapters/connect-ledger.ts';
import { createDynamoJobStore } from '../adapters/dynamo-job-store.ts';
import { createRdsServers } from '../adapters/rds-servers.ts';
import { createRetentionObjects } from '../adapters/retention-objects.ts';
import { awsClientOptions } from '../platform/aws-client-options.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineEventHandler } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';
import { publishMetric } from '../platform/metrics.ts';
import { systemClock } from '../platform/system-clock.ts';

const environment = readEnvironment(['LEDGER_TABLE_NAME', 'EVENT_BUS_NAME']);
const configuration = readConfiguration();
const servers = createRdsServers(new RDSClient(awsClientOptions));
const parts = { ...connectBackups(environment), objects: createRetentionObjects(configuration) };
const store = createDynamoJobStore(connectLedger(environment.LEDGER_TABLE_NAME));

/** Keeps what the lifecycle may not take, enters what it took, finds what is gone before its time, and measures the oldest proof. */
export const handler = defineEventHandler({
  input: z.object({ scheduledFor: z.optional(z.string()) }),
  async handle({ scheduledFor }, { requestId }) {
    const run = { job: 'apply-retention', requestId, scheduledFor };
    return await recordRun({ store, clock: systemClock }, run, async () => {
      const { verifiedAgeDays, ...counts } = await applyRetention(configuration, parts);
      const swept = await sweepProofs(configuration, servers, parts.now());
      // The worst of all is what the alarm watches: one database without a proof is enough.
      publishMetric(configuration.application, verifiedRestoreAge, Math.max(0, ...Object.values(verifiedAgeDays)));
      return { ...counts, swept };
    });
  },
});

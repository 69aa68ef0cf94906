// On a schedule: judges every scheduled job, tells of changes, and gives a sign of life that an alarm waits for.
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { S3Client } from '@aws-sdk/client-s3';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import * as z from 'zod/mini';
import { isInRecoveryRegion } from '../../contracts/jobs.ts';
import type { ArchiveRecord } from '../../contracts/ledger/archives.ts';
import { archivesLagging, watchdogHeartbeat } from '../../contracts/metrics.ts';
import { formatTime } from '../../core/clock.ts';
import { listWatchedJobs } from '../../core/jobs/list-watched-jobs.ts';
import { watchJobs } from '../../core/jobs/watch-jobs.ts';
import { measureArchives } from '../../core/point-in-time/measure-archives.ts';
import { connectLedger } from '../adapters/connect-ledger.ts';
import { createDynamoJobStore } from '../adapters/dynamo-job-store.ts';
import { createEventBridgePublisher } from '../adapters/event-bridge-publisher.ts';
import { findArchiveReach } from '../adapters/s3-archive-reader.ts';
import { createScheduleNotes } from '../adapters/scheduler-notes.ts';
import { awsClientOptions } from '../platform/aws-client-options.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineEventHandler } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';
import { publishMetric } from '../platform/metrics.ts';
import { systemClock } from '../platform/system-clock.ts';

const environment = readEnvironment(['LEDGER_TABLE_NAME', 'EVENT_BUS_NAME']);
const configuration = readConfiguration();
const scheduler = new SchedulerClient(awsClientOptions);
const recoveryScheduler = new SchedulerClient({ ...awsClientOptions, region: configuration.aws.recoveryRegion });
const ledger = connectLedger(environment.LEDGER_TABLE_NAME);
const s3 = new S3Client(awsClientOptions);
const parts = {
  store: createDynamoJobStore(ledger),
  publisher: createEventBridgePublisher(new EventBridgeClient(awsClientOptions), environment.EVENT_BUS_NAME),
  explainSchedule: createScheduleNotes(
    (job) => (isInRecoveryRegion(job) ? recoveryScheduler : scheduler),
    configuration.application,
  ),
};

const archiveParts = {
  findReach: (bucket: string, server: string) => findArchiveReach(s3, bucket, server),
  async put(record: ArchiveRecord) {
    await ledger.put(record);
  },
};

/** What has no end to wait for, an archive, is measured after the sign of life. */
export const handler = defineEventHandler({
  input: z.unknown(),
  async handle() {
    const now = systemClock.now();
    const judged = await watchJobs(parts, listWatchedJobs(configuration), now);
    publishMetric(configuration.application, watchdogHeartbeat, 1);
    const { measured, lagging } = await measureArchives(configuration, archiveParts, formatTime(now));
    publishMetric(configuration.application, archivesLagging, lagging);
    return { judged: judged.length, measured };
  },
});

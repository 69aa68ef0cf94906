// On a schedule: judges every scheduled job, tells of changes, and gives a sign of life that an alarm waits for.
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import * as z from 'zod/mini';
import { isInRecoveryRegion } from '../../contracts/jobs.ts';
import { watchdogHeartbeat } from '../../contracts/metrics.ts';
import { listWatchedJobs } from '../../core/jobs/list-watched-jobs.ts';
import { watchJob } from '../../core/jobs/watch-jobs.ts';
import { connectLedger } from '../adapters/connect-ledger.ts';
import { createDynamoJobStore } from '../adapters/dynamo-job-store.ts';
import { createEventBridgePublisher } from '../adapters/event-bridge-publisher.ts';
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
const parts = {
  store: createDynamoJobStore(connectLedger(environment.LEDGER_TABLE_NAME)),
  publisher: createEventBridgePublisher(new EventBridgeClient(awsClientOptions), environment.EVENT_BUS_NAME),
  explainSchedule: createScheduleNotes(
    (job) => (isInRecoveryRegion(job) ? recoveryScheduler : scheduler),
    configuration.application,
  ),
};

/** Judges all jobs even when one cannot be judged; only a whole round is a sign of life. */
export const handler = defineEventHandler({
  input: z.unknown(),
  async handle() {
    const now = systemClock.now();
    const rounds = await Promise.allSettled(listWatchedJobs(configuration).map((job) => watchJob(parts, job, now)));
    const failure = rounds.find((round) => round.status === 'rejected');
    if (failure !== undefined) throw failure.reason;
    publishMetric(configuration.application, watchdogHeartbeat, 1);
    return { judged: rounds.length };
  },
});

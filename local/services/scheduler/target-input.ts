// What a schedule's target receives, with the context attributes filled in.
// https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
import type { Schedule } from './schedule.ts';

export interface ScheduledAttempt {
  readonly executionId: string;
  /** From 1. */
  readonly attempt: number;
  /** Milliseconds since the epoch. */
  readonly scheduledAt: number;
}

function formatTime(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

export function buildTargetInput(schedule: Schedule, { executionId, attempt, scheduledAt }: ScheduledAttempt): string {
  const { Input } = schedule.target;
  if (Input === undefined) {
    return JSON.stringify({
      version: '0',
      id: executionId,
      'detail-type': 'Scheduled Event',
      source: 'aws.scheduler',
      account: schedule.arn.split(':')[4],
      time: formatTime(scheduledAt),
      region: schedule.region,
      resources: [schedule.arn],
      detail: '{}',
    });
  }
  const attributes: Readonly<Record<string, string>> = {
    'schedule-arn': schedule.arn,
    'scheduled-time': formatTime(scheduledAt),
    'execution-id': executionId,
    'attempt-number': String(attempt),
  };
  return Input.replace(/<aws\.scheduler\.([a-z-]+)>/g, (keyword, name: string) => attributes[name] ?? keyword);
}

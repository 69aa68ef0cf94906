// A schedule of EventBridge Scheduler, and when it fires next.
import type { Target } from '@aws-sdk/client-scheduler';
import {
  InvalidScheduleExpression,
  parseScheduleExpression,
  type ScheduleExpression,
} from '../../clock/schedule-expression.ts';
import { AwsError } from '../../runtime/service.ts';
import { buildScheduledCall } from './target-call.ts';

export interface Schedule {
  readonly name: string;
  readonly groupName: string;
  readonly arn: string;
  readonly region: string;
  readonly description?: string;
  readonly expression: string;
  readonly timezone: string;
  /** Milliseconds since the epoch, as all times here. */
  readonly startAt?: number;
  readonly endAt?: number;
  readonly isEnabled: boolean;
  /** 0 when the window is off. */
  readonly windowMinutes: number;
  readonly deletesItself: boolean;
  readonly kmsKeyArn?: string;
  readonly target: Target;
  readonly createdAt: number;
  readonly modifiedAt: number;
}

export function buildScheduleArn(region: string, accountId: string, groupName: string, name: string): string {
  return `arn:aws:scheduler:${region}:${accountId}:schedule/${groupName}/${name}`;
}

const parsed = new Map<string, ScheduleExpression>();

/** Each expression is parsed once: schedules fire far more often than they change. */
function parse({ expression: text, timezone }: Schedule): ScheduleExpression {
  const key = `${timezone} ${text}`;
  const expression = parsed.get(key) ?? parseScheduleExpression(text, timezone);
  parsed.set(key, expression);
  return expression;
}

/**
 * The first time after `after`, within the schedule's start and end; a rate counts from the start, or else from
 * `anchor`, where the schedule was first seen.
 */
export function findNextRun(schedule: Schedule, after: number, anchor: number): number | undefined {
  const { startAt, endAt } = schedule;
  const expression = parse(schedule);
  const from = startAt === undefined ? after : Math.max(after, startAt - 1);
  // The start itself is a rate's first run.
  const isFirst = expression.kind === 'rate' && startAt !== undefined && startAt > after;
  const next = isFirst ? startAt : expression.next(from, startAt ?? anchor);
  return next !== undefined && (endAt === undefined || next <= endAt) ? next : undefined;
}

/** Throws ValidationException for what Scheduler refuses, and for targets that do not run here. */
export function validateSchedule(schedule: Schedule): void {
  try {
    parseScheduleExpression(schedule.expression, schedule.timezone);
  } catch (error) {
    if (!(error instanceof InvalidScheduleExpression)) throw error;
    throw new AwsError('ValidationException', `Invalid Schedule Expression ${schedule.expression}: ${error.message}`);
  }
  if (!schedule.target.RoleArn) throw new AwsError('ValidationException', 'Target.RoleArn is required.');
  if (schedule.startAt !== undefined && schedule.endAt !== undefined && schedule.endAt <= schedule.startAt) {
    throw new AwsError('ValidationException', 'The EndDate must come after the StartDate.');
  }
  buildScheduledCall(schedule.target, '{}');
}

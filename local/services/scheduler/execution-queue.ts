// The durable queue of runs: each calls its target with retries, then goes to the dead-letter queue.
// https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html
import type { CancelTimer } from '../../clock/clock.ts';
import type { RuntimeContext } from '../../runtime/context.ts';
import { buildQueueUrl } from '../../runtime/queue-url.ts';
import { AwsError, type Principal } from '../../runtime/service.ts';
import { callTarget, type TargetCall } from '../../runtime/target-call.ts';
import type { Table } from '../../storage/store.ts';
import type { Schedule } from './schedule.ts';
import type { ScheduledRun } from './schedule-timers.ts';
import { buildScheduledCall } from './target-call.ts';
import { buildTargetInput } from './target-input.ts';

const DEFAULT_MAXIMUM_RETRY_ATTEMPTS = 185;
const DEFAULT_MAXIMUM_EVENT_AGE_SECONDS = 86_400;
const FIRST_DELAY_MILLISECONDS = 1_000;
const LONGEST_DELAY_MILLISECONDS = 480_000;
const DEAD_LETTER_RETRY_MILLISECONDS = 60_000;

interface ExecutionError {
  readonly code: string;
  readonly message: string;
}

interface Execution {
  readonly executionId: string;
  /** As it was when it fired: it may be changed or gone since. */
  readonly schedule: Schedule;
  readonly scheduledAt: number;
  readonly firedAt: number;
  readonly failures: number;
  readonly nextAttemptAt: number;
  readonly givenUp?: ExecutionError & { readonly condition?: string };
}

/** Refusals that waiting cannot heal: https://docs.aws.amazon.com/scheduler/latest/UserGuide/troubleshooting.html */
function isRetryable(error: unknown): boolean {
  if (!(error instanceof AwsError)) return true;
  return error.status >= 500 || error.status === 429 || /Throttl|TooManyRequests|LimitExceeded/.test(error.code);
}

export class ExecutionQueue {
  readonly #context: RuntimeContext;
  readonly #executions: Table<Execution>;
  readonly #timers = new Map<string, CancelTimer>();
  #isStopping = false;

  constructor(context: RuntimeContext) {
    this.#context = context;
    this.#executions = context.store.table('scheduler/executions');
  }

  start(): void {
    for (const execution of [...this.#executions.values()]) this.#schedule(execution);
  }

  stop(): void {
    this.#isStopping = true;
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
  }

  /** Written at once and durable after the next flush; call what it returns then. */
  add(schedule: Schedule, { executionId, scheduledAt }: ScheduledRun): () => void {
    const now = this.#context.clock.now();
    const execution = { executionId, schedule, scheduledAt, firedAt: now, failures: 0, nextAttemptAt: now };
    this.#executions.put(executionId, execution);
    return () => this.#schedule(execution);
  }

  #schedule(execution: Execution): void {
    if (this.#isStopping) return;
    const run = () => {
      this.#timers.delete(execution.executionId);
      void this.#context.clock.work(execution.givenUp ? this.#sendDeadLetter(execution) : this.#attempt(execution));
    };
    if (execution.nextAttemptAt <= this.#context.clock.now()) run();
    else this.#timers.set(execution.executionId, this.#context.clock.at(execution.nextAttemptAt, run));
  }

  #update(execution: Execution): void {
    this.#executions.put(execution.executionId, execution);
    this.#schedule(execution);
  }

  async #attempt(execution: Execution): Promise<void> {
    const { schedule, executionId, scheduledAt, failures } = execution;
    try {
      const input = buildTargetInput(schedule, { executionId, attempt: failures + 1, scheduledAt });
      await this.#call(schedule, buildScheduledCall(schedule.target, input));
    } catch (error) {
      if (!this.#isStopping) this.#fail(execution, error as Error);
      return;
    }
    if (this.#isStopping) return;
    this.#executions.delete(executionId);
    this.#trace('target-delivered', execution, { attempts: failures + 1 });
  }

  async #call(schedule: Schedule, call: TargetCall): Promise<void> {
    const { Arn = '' } = schedule.target;
    await callTarget(this.#context, {
      ...call,
      principal: this.#assumeRole(schedule),
      region: Arn.split(':')[3] || schedule.region,
    });
  }

  /** Scheduler names itself by the schedule's group: https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html */
  #assumeRole({ name, groupName, region, target }: Schedule): Principal {
    const groupArn = `arn:aws:scheduler:${region}:${this.#context.accountId}:schedule-group/${groupName}`;
    const service = this.#context.servicePrincipal('scheduler.amazonaws.com', groupArn);
    return this.#context.assumeRole(target.RoleArn ?? '', `scheduler-${name}`.slice(0, 64), service);
  }

  #fail(execution: Execution, error: Error): void {
    const { MaximumRetryAttempts, MaximumEventAgeInSeconds } = execution.schedule.target.RetryPolicy ?? {};
    const failures = execution.failures + 1;
    const now = this.#context.clock.now();
    const delay = Math.min(FIRST_DELAY_MILLISECONDS * 2 ** Math.min(failures - 1, 30), LONGEST_DELAY_MILLISECONDS);
    const maximumAge = Number(MaximumEventAgeInSeconds ?? DEFAULT_MAXIMUM_EVENT_AGE_SECONDS) * 1000;
    let condition: string | undefined;
    if (failures > Number(MaximumRetryAttempts ?? DEFAULT_MAXIMUM_RETRY_ATTEMPTS)) condition = 'MaximumRetryAttempts';
    else if (now + delay - execution.firedAt > maximumAge) condition = 'MaximumEventAgeInSeconds';
    const code = error.name;
    this.#trace('delivery-failed', execution, { attempts: failures, errorCode: code, reason: error.message });
    if (isRetryable(error) && !condition) {
      this.#update({ ...execution, failures, nextAttemptAt: now + delay });
      return;
    }
    const exhausted = isRetryable(error) && condition ? { condition } : {};
    this.#update({
      ...execution,
      failures,
      nextAttemptAt: now,
      givenUp: { code, message: error.message, ...exhausted },
    });
  }

  async #sendDeadLetter(execution: Execution): Promise<void> {
    const { schedule, executionId, scheduledAt, failures, givenUp } = execution;
    const queueArn = schedule.target.DeadLetterConfig?.Arn;
    const details = { attempts: failures, errorCode: givenUp?.code, reason: givenUp?.message };
    if (!queueArn) {
      this.#executions.delete(executionId);
      this.#trace('delivery-given-up', execution, details);
      return;
    }
    const attributes = {
      ERROR_CODE: givenUp?.code ?? '',
      ERROR_MESSAGE: givenUp?.message || 'Unknown',
      EXECUTION_ID: executionId,
      IS_PAYLOAD_TRUNCATED: 'false',
      RETRY_ATTEMPTS: String(Math.max(0, failures - 1)),
      SCHEDULED_TIME: `${new Date(scheduledAt).toISOString().slice(0, 19)}Z`,
      SCHEDULE_ARN: schedule.arn,
      TARGET_ARN: schedule.target.Arn ?? '',
      ...(givenUp?.condition && { EXHAUSTED_RETRY_CONDITION: givenUp.condition }),
    };
    try {
      await this.#context.call({
        service: 'sqs',
        operation: 'SendMessage',
        input: {
          QueueUrl: buildQueueUrl(queueArn),
          MessageBody: buildTargetInput(schedule, { executionId, attempt: failures, scheduledAt }),
          MessageAttributes: Object.fromEntries(
            Object.entries(attributes).map(([name, value]) => [name, { DataType: 'String', StringValue: value }]),
          ),
        },
        principal: this.#assumeRole(schedule),
        region: queueArn.split(':')[3] ?? schedule.region,
      });
    } catch (error) {
      if (this.#isStopping) return;
      this.#trace('dead-letter-refused', execution, { queue: queueArn, reason: (error as Error).message });
      this.#update({ ...execution, nextAttemptAt: this.#context.clock.now() + DEAD_LETTER_RETRY_MILLISECONDS });
      return;
    }
    if (this.#isStopping) return;
    this.#executions.delete(executionId);
    this.#trace('dead-lettered', execution, { ...details, queue: queueArn, condition: givenUp?.condition });
  }

  #trace(name: string, { schedule, executionId }: Execution, details: Record<string, unknown>): void {
    const subject = schedule.name;
    const target = schedule.target.Arn;
    this.#context.trace.record({ service: 'scheduler', name, subject, details: { executionId, target, ...details } });
  }
}

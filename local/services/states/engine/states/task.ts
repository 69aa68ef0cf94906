// Task: hands work to the outside and waits for its result, a token's answer, or a timeout.
import type { TaskState } from '../definition/state-machine.ts';
import { EvaluationFailure } from '../expression/evaluator.ts';
import type { Template } from '../expression/template.ts';
import { isJsonObject, isWithinStateLimit, type Json } from '../json.ts';
import { dataLimitFailure, fromRecordedFailure } from '../state-failure.ts';
import type { StateOutcome } from '../state-runners.ts';
import { createTaskToken } from '../task-token.ts';
import type { Thread } from '../thread.ts';
import { TaskAttempt, type TaskProgress } from './task-attempt.ts';
import { recordScheduled } from './task-events.ts';

const TOKEN_SUFFIX = '.waitForTaskToken';

/**
 * An attempt is journaled before the call is made, and its outcome with the call's answer. After a crash an attempt
 * without a recorded outcome is started again with the same arguments and the same token: at least once, as AWS's
 * integrations are. One that was only waiting (for its token or its `.sync` job) is not started again.
 */
export async function runTask(state: TaskState, thread: Thread): Promise<StateOutcome> {
  const progress = (thread.progress as TaskProgress | undefined) ?? (await scheduleAttempt(state, thread));
  if (progress.result !== undefined) return { result: progress.result };
  if (progress.failure) throw fromRecordedFailure(progress.failure);
  return { result: await new TaskAttempt(state, thread, progress).run() };
}

async function scheduleAttempt(state: TaskState, thread: Thread): Promise<TaskProgress> {
  const waitsForToken = state.resource.endsWith(TOKEN_SUFFIX);
  const taskToken = createTaskToken(thread.run.description.arn, thread.path);
  const extras = waitsForToken ? { taskToken } : {};
  const templates = [state.arguments, state.credentials, state.timeoutSeconds, state.heartbeatSeconds];
  const values = await thread.evaluate(
    templates.filter((template) => template !== undefined),
    extras,
  );
  const take = (template: Template | undefined) => (template ? values.shift() : undefined);
  const args = take(state.arguments) ?? thread.input;
  if (!isWithinStateLimit(args)) throw dataLimitFailure(state.name);
  const roleArn = findRoleArn(take(state.credentials));
  const timeoutSeconds = expectSeconds(take(state.timeoutSeconds), 'TimeoutSeconds');
  const heartbeatSeconds = expectSeconds(take(state.heartbeatSeconds), 'HeartbeatSeconds');
  const progress: TaskProgress = {
    arguments: args,
    taskToken,
    scheduledAtMilliseconds: thread.run.engine.clock.now(),
    ...(roleArn === undefined ? {} : { roleArn }),
    ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }),
    ...(heartbeatSeconds === undefined ? {} : { heartbeatSeconds }),
  };
  recordScheduled(state, thread, progress);
  thread.save({ progress });
  return progress;
}

function findRoleArn(credentials: Json | undefined): string | undefined {
  const roleArn = isJsonObject(credentials) ? credentials.RoleArn : undefined;
  return typeof roleArn === 'string' ? roleArn : undefined;
}

function expectSeconds(value: Json | undefined, field: string): number | undefined {
  if (value === undefined || (typeof value === 'number' && Number.isInteger(value) && value > 0)) return value;
  throw new EvaluationFailure(
    field,
    `The field '${field}' must evaluate to a positive whole number, but was: ${JSON.stringify(value)}`,
  );
}

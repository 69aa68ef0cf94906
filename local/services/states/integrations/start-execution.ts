// `states:startExecution`: another state machine's execution, awaited with `.sync` and `.sync:2`.
// https://docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html
import { createHash } from 'node:crypto';
import type { RuntimeContext } from '../../../runtime/context.ts';
import { isJsonObject, type Json, type JsonObject } from '../engine/json.ts';
import { StateFailure } from '../engine/state-failure.ts';
import type { TaskHandle } from '../engine/task-invoker.ts';
import type { ExecutionRegistry } from '../executions/execution-registry.ts';
import { callAsRole } from './integration.ts';

const ERRORS = { errorPrefix: 'StepFunctions', baseError: 'AWSStepFunctionsException' };

export function startChildExecution(context: RuntimeContext, args: Json, task: TaskHandle): Promise<Json> {
  const { Name = nameFor(task), ...rest } = isJsonObject(args) ? args : {};
  return callAsRole(context, task, {
    service: 'sfn',
    operation: 'StartExecution',
    args: { ...rest, Name },
    ...ERRORS,
  });
}

const DATES: ReadonlySet<string> = new Set(['StartDate', 'StopDate', 'RedriveDate']);
const DATA: ReadonlySet<string> = new Set(['Input', 'Output']);

/** Starts the child unless a crash left it running, and gives its description once it has ended. Its failure is ours. */
export async function runChildExecution(
  context: RuntimeContext,
  executions: ExecutionRegistry,
  args: Json,
  task: TaskHandle,
  parsesOutput: boolean,
): Promise<Json> {
  let submitted = task.submitted;
  if (submitted === undefined) {
    submitted = await startChildExecution(context, args, task);
    await task.submit(submitted);
  }
  const executionArn = String(isJsonObject(submitted) ? submitted.ExecutionArn : '');
  const stop = () => void stopChild(context, task, executionArn);
  task.signal.addEventListener('abort', stop, { once: true });
  try {
    await task.idle(executions.waitForEnd(executionArn, task.signal));
  } finally {
    task.signal.removeEventListener('abort', stop);
  }
  const description = await describeChild(context, task, executionArn, parsesOutput);
  if (description.Status !== 'SUCCEEDED') throw new StateFailure('States.TaskFailed', JSON.stringify(description));
  return description;
}

async function describeChild(
  context: RuntimeContext,
  task: TaskHandle,
  executionArn: string,
  parsesOutput: boolean,
): Promise<JsonObject> {
  const description = (await callAsRole(context, task, {
    service: 'sfn',
    operation: 'DescribeExecution',
    args: { ExecutionArn: executionArn },
    ...ERRORS,
  })) as JsonObject;
  return Object.fromEntries(
    Object.entries(description).map(([name, value]) => {
      // As the optimized integration writes it: moments as milliseconds, and with `.sync:2` data as JSON.
      if (DATES.has(name)) return [name, Date.parse(String(value))];
      return [name, parsesOutput && DATA.has(name) ? (JSON.parse(String(value)) as Json) : value];
    }),
  );
}

/** Whoever gives up waiting stops what it waited for, as the service does. */
async function stopChild(context: RuntimeContext, task: TaskHandle, executionArn: string): Promise<void> {
  const detached: TaskHandle = { ...task, signal: new AbortController().signal, roleArn: task.roleArn };
  await callAsRole(context, detached, {
    service: 'sfn',
    operation: 'StopExecution',
    args: { ExecutionArn: executionArn },
    ...ERRORS,
  }).catch((error: Error) =>
    context.trace.record({
      service: 'states',
      name: 'child-not-stopped',
      subject: executionArn,
      details: { message: error.message },
    }),
  );
}

/** The same for every start of the same attempt, so that a crash does not start a second child. */
function nameFor(task: TaskHandle): string {
  const digest = createHash('sha256').update(task.taskToken).digest('hex');
  return [8, 12, 16, 20, 32].map((end, index, ends) => digest.slice(ends[index - 1] ?? 0, end)).join('-');
}

// The history events of a task: AWS names them after the kind of its resource.
import type { TaskState } from '../definition/state-machine.ts';
import type { Json } from '../json.ts';
import type { StateFailure } from '../state-failure.ts';
import type { Thread } from '../thread.ts';
import type { TaskProgress } from './task-attempt.ts';

/** `arn:aws:states:::lambda:invoke` gives lambda and invoke; undefined for a function named directly. */
function findIntegration(resource: string): { resourceType: string; resource: string } | undefined {
  const [, , service, , , ...rest] = resource.split(':');
  if (service !== 'states') return undefined;
  const operation = rest.at(-1) ?? '';
  return { resourceType: rest.slice(0, -1).join(':'), resource: operation };
}

export function recordScheduled(state: TaskState, thread: Thread, progress: TaskProgress): void {
  const limits = {
    ...(progress.timeoutSeconds === undefined ? {} : { timeoutInSeconds: progress.timeoutSeconds }),
    ...(progress.heartbeatSeconds === undefined ? {} : { heartbeatInSeconds: progress.heartbeatSeconds }),
    ...(progress.roleArn === undefined ? {} : { taskCredentials: { roleArn: progress.roleArn } }),
  };
  const integration = findIntegration(state.resource);
  if (!integration) {
    thread.record('LambdaFunctionScheduled', { resource: state.resource, input: progress.arguments, ...limits });
    thread.record('LambdaFunctionStarted');
    return;
  }
  const region = thread.run.description.arn.split(':')[3] ?? '';
  thread.record('TaskScheduled', { ...integration, region, parameters: progress.arguments, ...limits });
  thread.record('TaskStarted', integration);
}

export function recordSubmitted(state: TaskState, thread: Thread, output: Json): void {
  const integration = findIntegration(state.resource);
  if (integration) thread.record('TaskSubmitted', { ...integration, output });
}

export function recordSucceeded(state: TaskState, thread: Thread, output: Json): void {
  const integration = findIntegration(state.resource);
  if (integration) thread.record('TaskSucceeded', { ...integration, output });
  else thread.record('LambdaFunctionSucceeded', { output });
}

export function recordFailed(state: TaskState, thread: Thread, failure: StateFailure): void {
  const integration = findIntegration(state.resource);
  if (integration) thread.record('TaskFailed', { ...integration, ...describe(failure) });
  else thread.record('LambdaFunctionFailed', describe(failure));
}

export function recordTimedOut(state: TaskState, thread: Thread, failure: StateFailure): void {
  const integration = findIntegration(state.resource);
  if (integration) thread.record('TaskTimedOut', { ...integration, ...describe(failure) });
  else thread.record('LambdaFunctionTimedOut', describe(failure));
}

function describe({ error, cause }: StateFailure): Record<string, string> {
  return cause === undefined ? { error } : { error, cause };
}

// The history events of a task: AWS names them after the kind of its resource.
import type { TaskState } from '../definition/state-machine.ts';
import type { Json } from '../json.ts';
import type { StateFailure } from '../state-failure.ts';
import type { Thread } from '../thread.ts';
import type { TaskProgress } from './task-attempt.ts';

interface Integration {
  readonly resourceType: string;
  readonly resource: string;
}

const integrations = new Map<string, Integration | undefined>();

/** `arn:aws:states:::lambda:invoke` gives lambda and invoke; undefined for a function named directly. */
function findIntegration(resource: string): Integration | undefined {
  if (!integrations.has(resource)) integrations.set(resource, parseIntegration(resource));
  return integrations.get(resource);
}

function parseIntegration(resource: string): Integration | undefined {
  const [, , service, , , ...rest] = resource.split(':');
  if (service !== 'states') return undefined;
  // The version of `startExecution.sync:2` belongs to the operation.
  const [resourceType = '', ...operation] = rest[0] === 'aws-sdk' ? [`aws-sdk:${rest[1]}`, ...rest.slice(2)] : rest;
  return { resourceType, resource: operation.join(':') };
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
  thread.record('TaskStarted', { ...integration });
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

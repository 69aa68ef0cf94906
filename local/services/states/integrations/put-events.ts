// `events:putEvents`: the execution is added to each entry's resources, and a rejected entry fails the task.
// https://docs.aws.amazon.com/step-functions/latest/dg/connect-eventbridge.html
import type { RuntimeContext } from '../../../runtime/context.ts';
import { isJsonObject, type Json } from '../engine/json.ts';
import { StateFailure } from '../engine/state-failure.ts';
import type { TaskHandle } from '../engine/task-invoker.ts';
import { callAsRole } from './integration.ts';

export async function putEvents(context: RuntimeContext, args: Json, task: TaskHandle): Promise<Json> {
  const entries = isJsonObject(args) && Array.isArray(args.Entries) ? (args.Entries as readonly Json[]) : [];
  const { arn, stateMachineArn } = task.execution;
  const extended = entries.map((entry) => {
    if (!isJsonObject(entry)) return entry;
    const resources = Array.isArray(entry.Resources) ? (entry.Resources as readonly Json[]) : [];
    return { ...entry, Resources: [...resources, arn, stateMachineArn] };
  });
  const result = await callAsRole(context, task, {
    service: 'eventbridge',
    operation: 'PutEvents',
    args: isJsonObject(args) ? { ...args, Entries: extended } : args,
    errorPrefix: 'EventBridge',
    baseError: 'AmazonEventBridgeException',
  });
  if (isJsonObject(result) && Number(result.FailedEntryCount ?? 0) > 0) {
    throw new StateFailure('EventBridge.FailedEntry', JSON.stringify(result));
  }
  return result;
}

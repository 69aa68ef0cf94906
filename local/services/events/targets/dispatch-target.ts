// Hands the input to a target by its own API, as the role of the target or as EventBridge on behalf of the rule.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html
import { createHash } from 'node:crypto';
import type { Target } from '@aws-sdk/client-eventbridge';
import type { ApiCall, RuntimeContext } from '../../../runtime/context.ts';
import type { Principal } from '../../../runtime/service.ts';
import { buildTargetCall, callTarget, type TargetCall } from '../../../runtime/target-call.ts';
import type { BusEvent } from '../bus-event.ts';

export interface Dispatch {
  readonly target: Target;
  readonly ruleArn: string;
  readonly ruleName: string;
  readonly event: BusEvent;
  readonly input: string;
}

export const TARGET_SERVICES = ['lambda', 'states', 'sqs', 'sns', 'events', 'logs'];

/** The same at each attempt, so that an attempt whose answer was lost starts nothing twice. */
function buildExecutionName({ event, ruleArn, target }: Dispatch): string {
  const hash = createHash('sha256')
    .update(`${event['replay-name'] ?? ''}/${ruleArn}/${target.Id}`)
    .digest('hex');
  return `${event.id}_${hash.slice(0, 8)}-${hash.slice(8, 12)}-${hash.slice(12, 16)}-${hash.slice(16, 20)}-${hash.slice(20, 32)}`;
}

function buildEntry({ event, target }: Dispatch): object {
  return {
    EventBusName: target.Arn,
    Source: event.source,
    DetailType: event['detail-type'],
    Detail: JSON.stringify(event.detail),
    Resources: event.resources,
    Time: new Date(event.time),
  };
}

function buildCall(dispatch: Dispatch): TargetCall {
  const { target, input } = dispatch;
  const arn = target.Arn ?? '';
  const call = buildTargetCall({
    arn,
    input,
    messageGroupId: target.SqsParameters?.MessageGroupId,
    executionName: buildExecutionName(dispatch),
    buildEntry: () => buildEntry(dispatch),
  });
  if (call === undefined) throw new Error(`not a target: "${arn}": expected one of ${TARGET_SERVICES.join(', ')}`);
  return call;
}

async function writeToLogGroup(
  context: RuntimeContext,
  dispatch: Dispatch,
  call: Omit<ApiCall, 'operation' | 'input'>,
): Promise<void> {
  const logGroupName = (dispatch.target.Arn ?? '').split(':')[6] ?? '';
  const logStreamName = dispatch.event.id;
  await context
    .call({ ...call, operation: 'CreateLogStream', input: { logGroupName, logStreamName } })
    .catch((error: Error) => {
      if (error.name !== 'ResourceAlreadyExistsException') throw error;
    });
  const logEvents = [{ timestamp: context.clock.now(), message: dispatch.input }];
  await context.call({ ...call, operation: 'PutLogEvents', input: { logGroupName, logStreamName, logEvents } });
}

/** Resolves when the target has taken it. Throws the target's own error. */
export async function dispatchTarget(context: RuntimeContext, dispatch: Dispatch): Promise<void> {
  const { target, ruleArn, ruleName } = dispatch;
  const eventBridge = context.servicePrincipal('events.amazonaws.com', ruleArn);
  const principal: Principal = target.RoleArn
    ? context.assumeRole(target.RoleArn, `events-${ruleName}`.slice(0, 64), eventBridge)
    : eventBridge;
  const [, , service, region = context.region] = (target.Arn ?? '').split(':');
  if (service === 'logs') return writeToLogGroup(context, dispatch, { service: 'cloudwatchlogs', principal, region });
  const call = buildCall(dispatch);
  try {
    await callTarget(context, { ...call, principal, region });
  } catch (error) {
    // An earlier attempt succeeded and its answer was lost.
    if ((error as Error).name !== 'ExecutionAlreadyExists') throw error;
  }
}

// The API call that a schedule's target stands for: templated by the target's ARN, or universal by its name.
// https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets.html
import type { Target } from '@aws-sdk/client-scheduler';
import { AwsError } from '../../runtime/service.ts';
import { buildTargetCall, type TargetCall } from '../../runtime/target-call.ts';

const UNIVERSAL = /^arn:aws:scheduler:::aws-sdk:([a-z0-9]+):([A-Za-z0-9]+)$/;

function parseInput(input: string): object {
  try {
    const value = JSON.parse(input) as unknown;
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // Told below, together with inputs that are no object.
  }
  throw new AwsError('ValidationException', 'The Input of a universal target must be a JSON object.');
}

function buildEntry(target: Target, input: string): object {
  const { Source, DetailType } = target.EventBridgeParameters ?? {};
  return { EventBusName: target.Arn, Source, DetailType, Detail: input };
}

/** Throws ValidationException for a target that cannot be called here. */
export function buildScheduledCall(target: Target, input: string): TargetCall {
  const arn = target.Arn ?? '';
  const [, service, operation = ''] = UNIVERSAL.exec(arn) ?? [];
  if (service)
    return { service, operation: operation[0]?.toUpperCase() + operation.slice(1), input: parseInput(input) };
  const call = buildTargetCall({
    arn,
    input,
    messageGroupId: target.SqsParameters?.MessageGroupId,
    buildEntry: () => buildEntry(target, input),
  });
  if (call !== undefined) return call;
  throw new AwsError(
    'ValidationException',
    `Provided Arn is not in correct format: ${arn} does not run here, only functions, state machines, queues, topics, event buses and arn:aws:scheduler:::aws-sdk:<service>:<operation>.`,
  );
}

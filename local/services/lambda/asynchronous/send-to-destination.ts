// Delivers the outcome of an asynchronous invocation with the permissions of the function's role.
import type { RuntimeContext } from '../../../runtime/context.ts';
import { buildQueueUrl } from '../../../runtime/queue-url.ts';
import { assumeFunctionRole } from '../assume-function-role.ts';
import type { FunctionConfiguration } from '../function-configuration.ts';
import type { DestinationRecord } from './destination-record.ts';

/** Lambda cuts the ErrorMessage attribute of a dead letter at 1 kB. */
const MAXIMUM_ERROR_MESSAGE_CHARACTERS = 1_024;

interface DestinationCall {
  readonly service: string;
  readonly operation: string;
  readonly input: object;
}

function getArnPart(arn: string, index: number): string {
  return arn.split(':')[index] ?? '';
}

function buildDestinationCall(destinationArn: string, record: DestinationRecord): DestinationCall {
  const text = JSON.stringify(record);
  switch (getArnPart(destinationArn, 2)) {
    case 'sqs':
      return {
        service: 'sqs',
        operation: 'SendMessage',
        input: { QueueUrl: buildQueueUrl(destinationArn), MessageBody: text },
      };
    case 'sns':
      return { service: 'sns', operation: 'Publish', input: { TopicArn: destinationArn, Message: text } };
    case 'lambda':
      return {
        service: 'lambda',
        operation: 'Invoke',
        input: { FunctionName: destinationArn, InvocationType: 'Event', Payload: Buffer.from(text) },
      };
    case 'events': {
      const result = record.requestContext.condition === 'Success' ? 'Success' : 'Failure';
      const entry = {
        EventBusName: destinationArn,
        Source: 'lambda',
        DetailType: `Lambda Function Invocation Result - ${result}`,
        Resources: [record.requestContext.functionArn, destinationArn],
        Detail: text,
      };
      return { service: 'eventbridge', operation: 'PutEvents', input: { Entries: [entry] } };
    }
    default:
      throw new Error(
        `not a destination of an asynchronous invocation: "${destinationArn}": expected a queue, topic, function or event bus`,
      );
  }
}

async function callAsRole(
  context: RuntimeContext,
  configuration: FunctionConfiguration,
  arn: string,
  call: DestinationCall,
): Promise<void> {
  const principal = assumeFunctionRole(context, configuration);
  const output = await context.call<{ FailedEntryCount?: number; Entries?: { ErrorMessage?: string }[] }>({
    ...call,
    principal,
    region: getArnPart(arn, 3),
  });
  if (output.FailedEntryCount) throw new Error(output.Entries?.[0]?.ErrorMessage ?? 'the event bus refused the event');
}

/** Throws when the destination refuses. */
export function sendToDestination(
  context: RuntimeContext,
  configuration: FunctionConfiguration,
  destinationArn: string,
  record: DestinationRecord,
): Promise<void> {
  return callAsRole(context, configuration, destinationArn, buildDestinationCall(destinationArn, record));
}

/** Sends the event itself with what went wrong as attributes, as `DeadLetterConfig` promises. Throws when the target refuses. */
export function sendToDeadLetterTarget(
  context: RuntimeContext,
  configuration: FunctionConfiguration,
  targetArn: string,
  invocation: { readonly requestId: string; readonly payload: string },
  outcome: { readonly condition: string; readonly responsePayload?: string },
): Promise<void> {
  const response =
    outcome.responsePayload === undefined ? {} : (JSON.parse(outcome.responsePayload) as { errorMessage?: string });
  const message = response.errorMessage ?? outcome.condition;
  const attributes = {
    RequestID: { DataType: 'String', StringValue: invocation.requestId },
    ErrorCode: { DataType: 'Number', StringValue: '200' },
    ErrorMessage: { DataType: 'String', StringValue: message.slice(0, MAXIMUM_ERROR_MESSAGE_CHARACTERS) || 'Unknown' },
  };
  const call =
    getArnPart(targetArn, 2) === 'sqs'
      ? {
          service: 'sqs',
          operation: 'SendMessage',
          input: { QueueUrl: buildQueueUrl(targetArn), MessageBody: invocation.payload, MessageAttributes: attributes },
        }
      : {
          service: 'sns',
          operation: 'Publish',
          input: { TopicArn: targetArn, Message: invocation.payload, MessageAttributes: attributes },
        };
  return callAsRole(context, configuration, targetArn, call);
}

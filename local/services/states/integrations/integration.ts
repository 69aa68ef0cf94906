// What the integrations share: the call as the machine's role, and its errors as Step Functions names them.
import type { RuntimeContext } from '../../../runtime/context.ts';
import { AwsError, type Principal } from '../../../runtime/service.ts';
import type { Json } from '../engine/json.ts';
import { StateFailure } from '../engine/state-failure.ts';
import type { TaskHandle } from '../engine/task-invoker.ts';
import { getRegion } from '../state-machines/state-machine-record.ts';
import { javaExceptionName } from './java-names.ts';
import { findOperationShapes, fromSdkOutput, toSdkInput, UnknownMember } from './sdk-shapes.ts';

export interface IntegrationCall {
  /** `AwsService.id`. */
  readonly service: string;
  /** As in the API reference: `PutItem`. */
  readonly operation: string;
  readonly args: Json;
  /** Before the dot of the error names: `DynamoDB` for the optimized integration, `DynamoDb` for the SDK's. */
  readonly errorPrefix: string;
  /** How the error is called that the SDK does not model: `AmazonDynamoDBException`. */
  readonly baseError: string;
}

/** Codes that the services answer without modelling them: the SDK gives its base exception for them. */
const UNMODELLED_CODES: ReadonlySet<string> = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'AuthorizationError',
  'UnknownOperationException',
  'ValidationError',
  'UnrecognizedClientException',
]);
const DENIED_CODES: ReadonlySet<string> = new Set(['AccessDenied', 'AccessDeniedException', 'AuthorizationError']);

/** Makes the call as the machine's role. Throws StateFailure under the integration's error names. */
export async function callAsRole(context: RuntimeContext, task: TaskHandle, call: IntegrationCall): Promise<Json> {
  const shapes = await findOperationShapes(call.service, call.operation);
  if (!shapes) {
    throw new StateFailure('States.Runtime', `the integration ${call.service}:${call.operation} is not available here`);
  }
  try {
    const output = await context.call<object>({
      service: call.service,
      operation: call.operation,
      input: toSdkInput(shapes.input, call.args) as object,
      principal: assumeTaskRole(context, task),
      region: getRegion(task.execution.arn),
      signal: task.signal,
    });
    return await fromSdkOutput(shapes.output, output);
  } catch (error) {
    throw toStateFailure(error, call);
  }
}

/**
 * The role of the task, in a session that is named after the execution. A role of the state's own is assumed by that of
 * the machine: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-access-cross-acct-resources.html
 * Throws AwsError `AccessDenied` when a role is not trusted with that.
 */
export function assumeTaskRole(context: RuntimeContext, { execution, roleArn }: TaskHandle): Principal {
  const name = execution.arn.split(':').at(-1) ?? 'execution';
  const session = name.replace(/[^\w+=,.@-]/g, '-').slice(0, 64);
  const service = context.servicePrincipal('states.amazonaws.com', execution.stateMachineArn);
  const machine = context.assumeRole(execution.roleArn, session, service);
  return roleArn === execution.roleArn ? machine : context.assumeRole(roleArn, session, machine);
}

/** The failure that Retry and Catch see for what the call threw. */
export function toStateFailure(
  error: unknown,
  call: Pick<IntegrationCall, 'service' | 'errorPrefix' | 'baseError' | 'operation'>,
): StateFailure {
  if (error instanceof StateFailure) return error;
  if (error instanceof UnknownMember) return new StateFailure('States.Runtime', error.message);
  if (!(error instanceof AwsError)) {
    return new StateFailure(`${call.errorPrefix}.SdkClientException`, (error as Error).message);
  }
  const isModelled =
    !UNMODELLED_CODES.has(error.code) && !(call.service === 'dynamodb' && error.code === 'ValidationException');
  const name = isModelled ? javaExceptionName(error.code) : call.baseError;
  return new StateFailure(
    `${call.errorPrefix}.${name}`,
    `${error.message} (Service: ${call.errorPrefix}, Status Code: ${error.status}, Error Code: ${error.code})`,
    { isDenied: DENIED_CODES.has(error.code) },
  );
}

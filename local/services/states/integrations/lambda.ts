// Invoking functions: `lambda:invoke`, and a function's ARN as the resource.
// https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html
import type { InvokeCommandOutput } from '@aws-sdk/client-lambda';
import type { RuntimeContext } from '../../../runtime/context.ts';
import { isJsonObject, type Json } from '../engine/json.ts';
import { StateFailure } from '../engine/state-failure.ts';
import type { TaskHandle } from '../engine/task-invoker.ts';
import { getRegion } from '../state-machines/state-machine-record.ts';
import { assumeTaskRole, toStateFailure } from './integration.ts';

const ERRORS = { service: 'lambda', operation: 'Invoke', errorPrefix: 'Lambda', baseError: 'AWSLambdaException' };

/** The optimized integration: the function's answer stands in `Payload`. */
export async function invokeLambda(context: RuntimeContext, args: Json, task: TaskHandle): Promise<Json> {
  if (!isJsonObject(args) || typeof args.FunctionName !== 'string') {
    throw new StateFailure('States.Runtime', "The argument 'FunctionName' of lambda:invoke must be a string");
  }
  const { FunctionName, Payload = {}, InvocationType, Qualifier, ClientContext, LogType } = args;
  const answer = await invoke(context, task, {
    FunctionName,
    Payload: Buffer.from(JSON.stringify(Payload)),
    ...(InvocationType === undefined ? {} : { InvocationType }),
    ...(Qualifier === undefined ? {} : { Qualifier }),
    ...(ClientContext === undefined ? {} : { ClientContext }),
    ...(LogType === undefined ? {} : { LogType }),
  });
  const payload = readPayload(answer);
  return {
    ExecutedVersion: answer.ExecutedVersion ?? '$LATEST',
    ...(payload === undefined ? {} : { Payload: payload }),
    StatusCode: answer.StatusCode ?? 200,
  };
}

/** A function's ARN as the resource: the arguments are its event, and its answer is the result. */
export async function invokeFunction(
  context: RuntimeContext,
  functionArn: string,
  args: Json,
  task: TaskHandle,
): Promise<Json> {
  const answer = await invoke(context, task, {
    FunctionName: functionArn,
    Payload: Buffer.from(JSON.stringify(args)),
  });
  return readPayload(answer) ?? null;
}

async function invoke(context: RuntimeContext, task: TaskHandle, input: object): Promise<InvokeCommandOutput> {
  let answer: InvokeCommandOutput;
  try {
    answer = await context.call<InvokeCommandOutput>({
      service: 'lambda',
      operation: 'Invoke',
      input,
      principal: assumeTaskRole(context, task),
      region: getRegion(task.execution.arn),
      signal: task.signal,
    });
  } catch (error) {
    throw toStateFailure(error, ERRORS);
  }
  if (answer.FunctionError === undefined) return answer;
  throw describeFunctionError(answer);
}

/** A function's own error is named by its `errorType`; one that gave none is unknown. */
function describeFunctionError(answer: InvokeCommandOutput): StateFailure {
  const text = readText(answer);
  const payload = readPayload(answer);
  const errorType = isJsonObject(payload) ? payload.errorType : undefined;
  return typeof errorType === 'string' && errorType !== ''
    ? new StateFailure(errorType, text)
    : new StateFailure(
        'Lambda.Unknown',
        `The cause could not be determined because Lambda did not return an error type. Returned payload: ${text}`,
      );
}

function readText(answer: InvokeCommandOutput): string {
  return answer.Payload === undefined ? '' : Buffer.from(answer.Payload).toString('utf8');
}

function readPayload(answer: InvokeCommandOutput): Json | undefined {
  const text = readText(answer);
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

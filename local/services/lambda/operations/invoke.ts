// https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
import type { InvokeCommandInput, InvokeCommandOutput } from '@aws-sdk/client-lambda';
import { AwsError, type CallContext, type Operation } from '../../../runtime/service.ts';
import type { AsynchronousQueue } from '../asynchronous/asynchronous-queue.ts';
import { parseFunctionName } from '../function-name.ts';
import type { FunctionRegistry } from '../function-registry.ts';
import type { Invoker } from '../invocation/invoker.ts';

const MAXIMUM_SYNCHRONOUS_BYTES = 6_291_456;
const MAXIMUM_ASYNCHRONOUS_BYTES = 1_048_576;
const LOG_TAIL_BYTES = 4_096;

/** `lambda:InvokeFunction` on the function, or on the version or alias that is named. */
export function buildFunctionArn(call: CallContext, functionName: string | undefined, qualifier?: string): string {
  const reference = parseFunctionName(functionName, qualifier);
  const suffix = reference.qualifier ? `:${reference.qualifier}` : '';
  return `arn:aws:lambda:${call.region}:${call.accountId}:function:${reference.name}${suffix}`;
}

/** Bytes from the wire, text from callers within the runtime. */
function readPayload(payload: Uint8Array | string | undefined): string {
  const text = typeof payload === 'string' ? payload : Buffer.from(payload ?? []).toString('utf8');
  if (text === '') return '{}';
  try {
    JSON.parse(text);
  } catch (error) {
    throw new AwsError(
      'InvalidRequestContentException',
      `Could not parse request body into json: Could not parse payload into json: ${(error as Error).message}`,
      { details: { Type: 'User' } },
    );
  }
  return text;
}

function refuseLargePayload(payload: string, isAsynchronous: boolean): void {
  const bytes = Buffer.byteLength(payload);
  if (isAsynchronous && bytes > MAXIMUM_ASYNCHRONOUS_BYTES) {
    throw new AwsError(
      'RequestTooLargeException',
      `${bytes} byte payload is too large for the Event invocation type (limit ${MAXIMUM_ASYNCHRONOUS_BYTES} bytes)`,
      { status: 413, details: { Type: 'User' } },
    );
  }
  if (bytes > MAXIMUM_SYNCHRONOUS_BYTES) {
    throw new AwsError(
      'RequestTooLargeException',
      `Request must be smaller than ${MAXIMUM_SYNCHRONOUS_BYTES} bytes for the InvokeFunction operation`,
      { status: 413, details: { Type: 'User' } },
    );
  }
}

export function createInvoke(registry: FunctionRegistry, invoker: Invoker, queue: AsynchronousQueue): Operation {
  return {
    authorize: (input: InvokeCommandInput, call) => [
      { action: 'lambda:InvokeFunction', resource: buildFunctionArn(call, input.FunctionName, input.Qualifier) },
    ],
    async handle(input: InvokeCommandInput, call): Promise<Omit<InvokeCommandOutput, '$metadata'>> {
      const resolved = registry.get(call.region, call.accountId, input.FunctionName, input.Qualifier);
      if (input.InvocationType === 'DryRun') return { StatusCode: 204 };
      const payload = readPayload(input.Payload as Uint8Array | string | undefined);
      const isAsynchronous = input.InvocationType === 'Event';
      refuseLargePayload(payload, isAsynchronous);
      if (isAsynchronous) {
        await queue.enqueue(resolved, call.requestId, payload);
        return { StatusCode: 202 };
      }
      const clientContext = input.ClientContext
        ? (JSON.parse(Buffer.from(input.ClientContext, 'base64').toString('utf8')) as unknown)
        : undefined;
      const result = await invoker.invoke({ resolved, requestId: call.requestId, payload, clientContext });
      return {
        StatusCode: 200,
        ExecutedVersion: result.version,
        Payload: Buffer.from(result.payload) as unknown as NonNullable<InvokeCommandOutput['Payload']>,
        ...(result.isError && { FunctionError: 'Unhandled' }),
        ...(input.LogType === 'Tail' && {
          LogResult: Buffer.from(result.log).subarray(-LOG_TAIL_BYTES).toString('base64'),
        }),
      };
    },
  };
}

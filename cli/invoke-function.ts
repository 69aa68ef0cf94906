// Calls one of our functions and checks what it answers.
import { InvokeCommand } from '@aws-sdk/client-lambda';
import type * as z from 'zod/mini';
import type { Connection } from './connection.ts';
import { CommandFailure, exitCodes } from './output.ts';

/** @throws CommandFailure with the function's own words when it threw; its exit code tells what does not exist from what failed. */
export async function invokeFunction<T>(
  connection: Connection,
  functionName: string,
  payload: object,
  schema: z.ZodMiniType<T>,
): Promise<T> {
  const { Payload, FunctionError } = await connection.lambda.send(
    new InvokeCommand({ FunctionName: functionName, Payload: JSON.stringify(payload) }),
  );
  const answer: unknown = JSON.parse(Buffer.from(Payload ?? []).toString());
  if (FunctionError === undefined) return schema.parse(answer);
  const { errorType, errorMessage = 'it threw' } = answer as { errorType?: string; errorMessage?: string };
  throw new CommandFailure(
    `${functionName}: ${errorMessage}`,
    errorType === 'NotFoundError' ? exitCodes.notFound : exitCodes.failed,
  );
}

// The four kinds of handlers. Failure means something different in each; the wrapped value is what a function exports.
import middy from '@middy/core';
import type * as z from 'zod/mini';
import { AppError } from '../../core/app-error.ts';
import type { HttpAnswer, HttpApiEvent } from './http-api.ts';
import { logger } from './logger.ts';
import { translateError } from './translate-error.ts';

/** What a handler may know of its invocation. */
export interface Invocation {
  readonly requestId: string;
}

interface LambdaContext {
  readonly awsRequestId: string;
}

type LambdaHandler = (event: unknown, context: unknown) => Promise<unknown>;

/**
 * For an HTTP route: an `AppError` becomes a status and a body that a person can act on; anything else is our fault, 503, so
 * that the sender knows to try again. Details go to the log, not to the sender.
 */
export function defineHttpHandler(
  handle: (event: HttpApiEvent, invocation: Invocation) => Promise<HttpAnswer>,
): LambdaHandler {
  return wrap(async (event, invocation) => {
    try {
      return render(await handle(event as HttpApiEvent, invocation));
    } catch (thrown) {
      const error = translateError(thrown);
      logger.error('the request was not accepted', { error: describe(error) });
      return render(answerTo(error));
    }
  });
}

/** For an event of the bus or a schedule: throwing means asynchronous retry, then the dead-letter queue. */
export function defineEventHandler<Input extends z.ZodMiniType>(definition: {
  readonly input: Input;
  readonly handle: (input: z.output<Input>, invocation: Invocation) => Promise<object>;
}): LambdaHandler {
  return wrap(async (event, invocation) => await definition.handle(parseInput(definition.input, event), invocation));
}

/** For a queue: each record succeeds or fails on its own, and only those that failed come again. */
export function defineBatchHandler<Input extends z.ZodMiniType>(definition: {
  readonly input: Input;
  readonly handle: (input: z.output<Input>, invocation: Invocation) => Promise<void>;
}): LambdaHandler {
  return wrap(async (event, invocation) => {
    const { Records: records } = event as { Records: readonly { messageId: string; body: string }[] };
    const batchItemFailures: { itemIdentifier: string }[] = [];
    for (const { messageId, body } of records) {
      try {
        await definition.handle(parseInput(definition.input, JSON.parse(body)), invocation);
      } catch (error) {
        logger.error('a record failed', { messageId, error: describe(translateError(error)) });
        batchItemFailures.push({ itemIdentifier: messageId });
      }
    }
    return { batchItemFailures };
  });
}

/**
 * For a step of a workflow: throws errors whose names the workflow's Retry and Catch know. A workflow cannot leave a key out,
 * so `null` at the top of its payload means absent.
 */
export function defineTask<Input extends z.ZodMiniType, Output extends z.ZodMiniType>(definition: {
  readonly input: Input;
  readonly output: Output;
  readonly handle: (input: z.output<Input>, invocation: Invocation) => Promise<z.input<Output>>;
}): LambdaHandler {
  return wrap(async (event, invocation) => {
    const input = parseInput(definition.input, withoutNulls(event));
    return definition.output.parse(await definition.handle(input, invocation));
  });
}

/** Logs each invocation with its duration, and names errors. Middy is used here and nowhere else. */
function wrap(handle: (event: unknown, invocation: Invocation) => Promise<unknown>): LambdaHandler {
  return middy(async (event: unknown, context: LambdaContext) => {
    const startedAt = performance.now();
    logger.addContext(context as unknown as Parameters<typeof logger.addContext>[0]);
    const elapsed = (): number => Math.round(performance.now() - startedAt);
    try {
      const result = await handle(event, { requestId: context.awsRequestId });
      logger.info('done', { duration_ms: elapsed() });
      return result;
    } catch (thrown) {
      const error = translateError(thrown);
      logger.error('failed', { duration_ms: elapsed(), error: describe(error) });
      throw error;
    }
  }) as unknown as LambdaHandler;
}

function parseInput<Schema extends z.ZodMiniType>(schema: Schema, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.map(
    ({ path, message }) => `${path.map(String).join('.') || 'input'}: ${message}`,
  );
  throw new AppError('InvalidInputError', `the input is not as agreed: ${problems.join('; ')}`);
}

function withoutNulls(event: unknown): unknown {
  if (typeof event !== 'object' || event === null) return event;
  return Object.fromEntries(Object.entries(event).filter(([, value]) => value !== null));
}

function render({ statusCode, body, headers }: HttpAnswer): object {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { statusCode, headers: { 'content-type': 'application/json', ...headers }, body: text };
}

/** Only what the sender did. A `ForbiddenError` says that a system refuses *us*: a 4xx for it would lose the sender's event. */
const statusByError: Readonly<Record<string, number>> = {
  InvalidInputError: 400,
  NotFoundError: 404,
  ConflictError: 409,
};

function answerTo(error: unknown): HttpAnswer {
  const statusCode = error instanceof AppError ? statusByError[error.name] : undefined;
  if (statusCode !== undefined) return { statusCode, body: { message: (error as AppError).message } };
  const message = 'the event was not accepted: send it again';
  return { statusCode: 503, headers: { 'retry-after': '15' }, body: { message } };
}

/** Name, text and causes; no stack of foreign objects, no request bodies. */
function describe(error: unknown): object {
  if (!(error instanceof Error)) return { name: 'NotAnError', message: String(error) };
  const { name, message, stack, cause } = error;
  return { name, message, stack, ...(cause === undefined ? {} : { cause: describe(cause) }) };
}

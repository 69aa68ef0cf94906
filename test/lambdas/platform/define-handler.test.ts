// Tests of the four kinds of handlers: what each does when its work fails.
import { describe, expect, it } from '@jest/globals';
import * as z from 'zod/mini';
import { AppError } from '../../../core/app-error.ts';
import {
  defineBatchHandler,
  defineEventHandler,
  defineHttpHandler,
  defineTask,
} from '../../../lambdas/platform/define-handler.ts';
import { captureLogs } from './capture-logs.ts';

const context = { awsRequestId: 'request-1', functionName: 'f', memoryLimitInMB: '512', invokedFunctionArn: 'arn' };
const logs = captureLogs();

const throwing = (error: unknown) => async () => {
  throw error;
};

describe('an HTTP handler', () => {
  const answer = async (error: unknown) =>
    (await defineHttpHandler(throwing(error))({}, context)) as { statusCode: number; body: string; headers: object };

  it('answers with what its work returns', async () => {
    const handler = defineHttpHandler(async () => ({ statusCode: 202, body: { a: 1 } }));
    expect(await handler({}, context)).toEqual({
      statusCode: 202,
      headers: { 'content-type': 'application/json' },
      body: '{"a":1}',
    });
  });

  it('says what the sender did wrong', async () => {
    expect(await answer(new AppError('InvalidInputError', 'send JSON'))).toMatchObject({
      statusCode: 400,
      body: '{"message":"send JSON"}',
    });
  });

  it.each([
    new TypeError('internal detail'),
    new AppError('UpstreamUnavailableError', 'internal detail'),
    new AppError('ForbiddenError', 'internal detail'),
    Object.assign(new Error('internal detail'), { name: 'AccessDenied', $metadata: { httpStatusCode: 403 } }),
    Object.assign(new Error('internal detail'), { name: 'AccessDeniedException', $metadata: { httpStatusCode: 400 } }),
  ])('asks to come again for a fault of ours, and tells no detail: %s', async (error) => {
    const { statusCode, body, headers } = await answer(error);
    expect(statusCode).toBe(503);
    expect(headers).toHaveProperty('retry-after');
    expect(body).not.toContain('internal');
    expect(JSON.stringify(logs.lines)).toContain('internal detail');
  });
});

describe('a task', () => {
  const double = defineTask({
    input: z.object({ n: z.number(), note: z.optional(z.string()) }),
    output: z.object({ n: z.number() }),
    handle: async ({ n, note }) => ({ n: n * 2, extra: note }),
  });

  it('returns what its contract says, and takes null for absent', async () => {
    expect(await double({ n: 2, note: null }, context)).toEqual({ n: 4 });
  });

  it('refuses another input by name, with every problem', async () => {
    await expect(double({ n: 'two', note: 1 }, context)).rejects.toMatchObject({
      name: 'InvalidInputError',
      message: expect.stringMatching(/n: .*; note: /),
    });
  });

  it.each([
    [{ name: 'ProvisionedThroughputExceededException' }, 'ThrottledError'],
    [{ name: 'InternalServerError', $metadata: { httpStatusCode: 500 } }, 'UpstreamUnavailableError'],
    [{ name: 'Error', code: 'ECONNRESET' }, 'UpstreamUnavailableError'],
    [{ name: 'TimeoutError' }, 'TimedOutError'],
    [{ name: 'AccessDeniedException', $metadata: { httpStatusCode: 403 } }, 'ForbiddenError'],
    [{ name: 'ValidationException', $metadata: { httpStatusCode: 400 } }, 'ValidationException'],
  ])('gives %j the name %s that a workflow knows', async (members, name) => {
    const error = Object.assign(new Error('message'), members);
    const task = defineTask({ input: z.unknown(), output: z.unknown(), handle: throwing(error) });
    await expect(task({}, context)).rejects.toMatchObject({ name });
  });
});

describe('an event handler', () => {
  it('throws what it cannot do, so that the event is tried again and then kept', async () => {
    const handler = defineEventHandler({ input: z.unknown(), handle: throwing(new Error('no')) });
    await expect(handler({}, context)).rejects.toThrow('no');
  });

  it('logs one line that says how long it took', async () => {
    await defineEventHandler({ input: z.unknown(), handle: async () => ({}) })({}, context);
    expect(logs.lines).toEqual([
      expect.objectContaining({
        timestamp: expect.stringMatching(/Z$/),
        level: 'INFO',
        service: expect.any(String),
        environment: 'all',
        message: 'done',
        duration_ms: expect.any(Number),
        request_id: 'request-1',
      }),
    ]);
  });
});

describe('a batch handler', () => {
  it('names the records that failed, and those only', async () => {
    const handler = defineBatchHandler({
      input: z.object({ n: z.number() }),
      async handle({ n }) {
        if (n === 2) throw new Error('no');
      },
    });
    const Records = ['{"n":1}', '{"n":2}', 'no JSON'].map((body, index) => ({ messageId: `m${index + 1}`, body }));
    expect(await handler({ Records }, context)).toEqual({
      batchItemFailures: [{ itemIdentifier: 'm2' }, { itemIdentifier: 'm3' }],
    });
  });
});

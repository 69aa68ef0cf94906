import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createLambdaModule } from '../../../../local/services/lambda/module.ts';
import { measureCpu } from '../../../measure-cpu.ts';
import { createServiceHarness, type ServiceHarness } from '../service-harness.ts';
import { declareFunction, invoke } from './functions.ts';

describe('a synchronous invocation', () => {
  let harness: ServiceHarness;

  beforeAll(async () => {
    harness = await createServiceHarness([createLambdaModule], { now: Date.parse('2031-05-06T07:08:09Z') });
    await harness.start();
    writeFileSync(join(harness.directory, 'package.json'), '{"type":"module"}');
  });
  afterAll(() => harness.stop());

  it('runs an ES module with an async handler and returns what it returns', async () => {
    await declareFunction(harness, 'echo', {
      'index.mjs': 'export const handler = async (event) => ({ got: event });',
    });
    expect(await invoke(harness, 'echo', { a: [1, 'ü'] })).toMatchObject({ payload: { got: { a: [1, 'ü'] } } });
  });

  it('runs CommonJS from a .js file, whatever package.json lies above the assembly', async () => {
    await declareFunction(
      harness,
      'common',
      {
        'src/app.js': "const { x } = require('./other.js'); exports.run = { it: async () => x };",
        'src/other.js': 'exports.x = typeof require;',
      },
      { Handler: 'src/app.run.it' },
    );
    expect((await invoke(harness, 'common')).payload).toBe('function');
  });

  it('finds the AWS SDK that Lambda ships, and no other package of this machine', async () => {
    const text = "export const handler = async (name) => Object.keys(await import(name)).includes('S3Client');";
    await declareFunction(harness, 'imports', { 'index.mjs': text }, { Timeout: 10 });
    expect((await invoke(harness, 'imports', '@aws-sdk/client-s3')).payload).toBe(true);
    expect((await invoke(harness, 'imports', 'jsonata')).payload).toMatchObject({
      errorMessage: expect.stringContaining('Cannot find '),
    });
  });

  it('supports callbacks on runtimes that still have them', async () => {
    const text = 'exports.handler = (event, context, done) => setImmediate(() => done(null, context.functionName));';
    await declareFunction(harness, 'called-back', { 'index.js': text }, { Runtime: 'nodejs22.x' });
    expect((await invoke(harness, 'called-back')).payload).toBe('called-back');
  });

  it('gives the function its own environment and virtual time, and nothing else', async () => {
    const text = `export const handler = async (event, context) => ({
      environment: process.env, now: new Date().toISOString(), year: Date.now(), called: Date(), isDate: new Date(0) instanceof Date,
      remaining: context.getRemainingTimeInMillis(), arn: context.invokedFunctionArn, canSend: typeof process.send });`;
    process.env.SECRET_OF_THE_RUNTIME = 'hidden';
    const arn = await declareFunction(
      harness,
      'environment',
      { 'index.mjs': text },
      { Environment: { Variables: { TABLE: 'ledger' } }, MemorySize: 256, Timeout: 7 },
    );
    const { payload } = await invoke(harness, 'environment');
    expect(payload.environment).toMatchObject({
      TABLE: 'ledger',
      AWS_REGION: 'eu-central-1',
      AWS_LAMBDA_FUNCTION_NAME: 'environment',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
      AWS_SESSION_TOKEN: 'token',
      _X_AMZN_TRACE_ID: expect.stringMatching(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0$/),
    });
    expect(payload.environment).not.toHaveProperty('SECRET_OF_THE_RUNTIME');
    expect(payload.environment).not.toHaveProperty('_LOCAL_RUNTIME_SETTINGS');
    expect(payload.now).toMatch(/^2031-05-06T/);
    expect(payload.called).toContain('2031');
    expect(payload).toMatchObject({ arn, isDate: true, canSend: 'undefined' });
    expect(payload.remaining).toBeGreaterThan(6_000);
    expect(payload.remaining).toBeLessThanOrEqual(7_000);
  });

  it('keeps the process warm, so that state outside the handler stays', async () => {
    await declareFunction(harness, 'counter', { 'index.mjs': 'let n = 0; export const handler = async () => ++n;' });
    expect([(await invoke(harness, 'counter')).payload, (await invoke(harness, 'counter')).payload]).toEqual([1, 2]);
  });

  it('reports what a handler throws by the name of the error', async () => {
    const text = `export const handler = async () => { const e = new Error('no such release'); e.name = 'ReleaseNotFound'; throw e; };`;
    await declareFunction(harness, 'thrower', { 'index.mjs': text });
    const result = await invoke(harness, 'thrower');
    expect(result.functionError).toBe('Unhandled');
    expect(result.payload).toMatchObject({ errorType: 'ReleaseNotFound', errorMessage: 'no such release' });
    expect(result.payload.trace[0]).toContain('no such release');
  });

  it('ends a function that exceeds its timeout and goes on with a new process', async () => {
    const text = 'export const handler = async ({ spin }) => { while (spin); return "fine"; };';
    await declareFunction(harness, 'slow', { 'index.mjs': text }, { Timeout: 1 });
    const result = await invoke(harness, 'slow', { spin: true });
    expect(result.payload).toEqual({
      errorType: 'Sandbox.Timedout',
      errorMessage: expect.stringMatching(/^RequestId: [0-9a-f-]{36} Error: Task timed out after 1\.00 seconds$/),
    });
    expect(result.log).toContain('Task timed out after 1.00 seconds');
    expect((await invoke(harness, 'slow', { spin: false })).payload).toBe('fine');
  });

  it('fails a function that exits or exceeds its memory as Runtime.ExitError', async () => {
    await declareFunction(harness, 'exits', { 'index.mjs': 'export const handler = async () => process.exit(3);' });
    expect((await invoke(harness, 'exits')).payload).toMatchObject({
      errorType: 'Runtime.ExitError',
      errorMessage: expect.stringContaining('Runtime exited with error: exit status 3'),
    });
    const hog =
      'export const handler = async () => { const kept = []; for (;;) kept.push(new Array(1e5).fill({}).map(() => ({}))); };';
    await declareFunction(harness, 'hog', { 'index.mjs': hog }, { MemorySize: 128, Timeout: 30 });
    expect((await invoke(harness, 'hog')).payload).toMatchObject({
      errorType: 'Runtime.ExitError',
      errorMessage: expect.stringContaining('Runtime exited with error: signal: aborted'),
    });
  }, 30_000);

  it('fails the invocation under way when a promise is rejected unseen', async () => {
    const text = "export const handler = () => new Promise(() => { Promise.reject(new TypeError('lost')); });";
    await declareFunction(harness, 'unseen', { 'index.mjs': text });
    expect((await invoke(harness, 'unseen')).payload).toMatchObject({
      errorType: 'Runtime.UnhandledPromiseRejection',
      errorMessage: 'TypeError: lost',
    });
  });

  it.each([
    [
      'throws while it loads',
      "throw new RangeError('bad setting'); export const handler = 1;",
      'RangeError',
      'bad setting',
    ],
    [
      'lacks the handler',
      'export const other = 1;',
      'Runtime.HandlerNotFound',
      'index.handler is undefined or not exported',
    ],
    ['does not parse', 'export const handler = ;', 'Runtime.UserCodeSyntaxError', 'SyntaxError'],
    ['lacks a module', "import './gone.mjs'; export const handler = 1;", 'Runtime.ImportModuleError', 'gone.mjs'],
  ])('reports code that %s as an error of the invocation', async (words, text, errorType, message) => {
    const name = words.replaceAll(' ', '-');
    await declareFunction(harness, name, { 'index.mjs': text });
    const { payload } = await invoke(harness, name);
    expect(payload).toMatchObject({ errorType, errorMessage: expect.stringContaining(message) });
  });

  it('refuses a response beyond 6 MB', async () => {
    await declareFunction(harness, 'big', { 'index.mjs': "export const handler = async () => 'x'.repeat(6291600);" });
    expect((await invoke(harness, 'big')).payload.errorType).toBe('Function.ResponseSizeTooLarge');
  });

  it('writes START, console lines, END and REPORT to the log group with the role of the function', async () => {
    await declareFunction(harness, 'talker', {
      'index.mjs':
        "export const handler = async () => { console.info('deploying', { a: 1 }); process.stdout.write('raw\\n'); };",
    });
    const { log } = await invoke(harness, 'talker');
    expect(log.split('\n')).toEqual([
      expect.stringMatching(/^START RequestId: [0-9a-f-]{36} Version: \$LATEST$/),
      expect.stringMatching(/^2031-.*Z\t[0-9a-f-]{36}\tINFO\tdeploying { a: 1 }$/),
      'raw',
      expect.stringMatching(/^END RequestId/),
      expect.stringMatching(/^REPORT RequestId: .*\tDuration: .* ms\t.*Memory Size: 128 MB\t.*Init Duration: /),
      '',
    ]);
    const writes = harness.calls.filter((call) => call.principal.arn.endsWith('/talker'));
    expect(writes.map((call) => call.operation)).toEqual(['CreateLogStream', 'PutLogEvents']);
    expect(writes[1]!.input).toMatchObject({ logGroupName: '/aws/lambda/talker' });
  });

  it('runs a few invocations at once and queues the rest', async () => {
    const text =
      'export const handler = async () => { await new Promise((r) => setTimeout(r, 50)); return process.pid; };';
    await declareFunction(harness, 'parallel', { 'index.mjs': text });
    const processes = await Promise.all(
      Array.from({ length: 12 }, async () => (await invoke(harness, 'parallel')).payload),
    );
    expect(new Set(processes).size).toBeGreaterThan(1);
    expect(new Set(processes).size).toBeLessThanOrEqual(4);
  });

  it('throttles beyond the reserved concurrency', async () => {
    const text = 'export const handler = async () => new Promise((r) => setTimeout(r, 200));';
    await declareFunction(harness, 'reserved', { 'index.mjs': text }, { ReservedConcurrentExecutions: 1 });
    const first = invoke(harness, 'reserved');
    await expect(invoke(harness, 'reserved')).rejects.toMatchObject({ code: 'TooManyRequestsException', status: 429 });
    await first;
  });

  it.each([
    [{ FunctionName: 'nobody' }, 'ResourceNotFoundException'],
    [{ FunctionName: 'echo', Payload: Buffer.from('{') }, 'InvalidRequestContentException'],
    [{ FunctionName: 'echo', Payload: Buffer.alloc(6_291_457, '1') }, 'RequestTooLargeException'],
    [
      { FunctionName: 'echo', InvocationType: 'Event', Payload: Buffer.alloc(1_048_577, '1') },
      'RequestTooLargeException',
    ],
  ])('refuses %# with the error that AWS gives', async (input, code) => {
    await expect(harness.call('lambda', 'Invoke', input)).rejects.toMatchObject({ code });
  });

  it('adds little to a warm invocation', async () => {
    const runs = 200;
    await invoke(harness, 'echo');
    const cpu = measureCpu();
    for (let run = 0; run < runs; run += 1)
      await harness.call('lambda', 'Invoke', { FunctionName: 'echo', Payload: '{}' });
    // 1 ms is the aim; the bound only catches a change of kind.
    expect(cpu() / runs).toBeLessThan(5);
  });
});

// Tests of core/promotion/run-smoke-tests.ts and what a failure is called.
import { describe, expect, it } from '@jest/globals';
import { loadConfiguration } from '../../../config/load-configuration.ts';
import { describeFailure } from '../../../core/promotion/describe-failure.ts';
import { runSmokeTests } from '../../../core/promotion/run-smoke-tests.ts';
import { buildService } from './promotion-builder.ts';

const configuration = loadConfiguration('config/pyairtable.yaml');
const clock = { now: () => 0, sleep: async () => undefined };
const run = async (get: (path: string) => { status: number; body: string; durationMilliseconds: number }) =>
  await runSmokeTests(configuration, { probe: { get: async (_, path) => get(path) }, clock }, [buildService()]);

describe('runSmokeTests', () => {
  const good = { status: 200, body: 'api-gateway says hello', durationMilliseconds: 12 };

  it('passes when every test answers as told', async () => {
    expect(await run(() => good)).toMatchObject({ passed: true, words: '2 smoke tests passed' });
  });

  it('says which test of which service failed, and everything that is wrong', async () => {
    const report = await run((path) =>
      path === '/' ? { status: 500, body: 'oops', durationMilliseconds: 3_000 } : good,
    );
    expect(report).toMatchObject({
      passed: false,
      words:
        'smoke test answers of api-gateway failed: GET /: status 500 instead of 200, the body lacks "api-gateway", took 3000 ms, allowed are 2000 ms',
    });
  });

  it('gives a service that has just come up another chance', async () => {
    let calls = 0;
    const report = await run(() => {
      calls += 1;
      return calls === 1 ? { ...good, status: 503 } : good;
    });
    expect(report.passed).toBe(true);
  });
});

describe('describeFailure', () => {
  it.each([
    [{ kind: 'failed', error: 'RolloutFailed', cause: 'CrashLoopBackOff' }, 'CrashLoopBackOff'],
    [
      {
        kind: 'errored',
        error: 'ForbiddenError',
        cause: '{"errorType":"ForbiddenError","errorMessage":"GitHub refuses us","trace":[]}',
      },
      'GitHub refuses us (ForbiddenError)',
    ],
    [{ kind: 'errored', error: 'States.Timeout' }, 'could not be carried out (States.Timeout)'],
    [{ kind: 'errored', error: 'X', cause: '{broken' }, '{broken (X)'],
  ] as const)('words %j for a person', (failure, words) => {
    expect(describeFailure(failure)).toBe(words);
  });
});

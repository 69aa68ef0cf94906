import { describe, expect, it } from '@jest/globals';
import { createExposeMetrics } from '../../../lambdas/watchdog/expose-metrics.ts';

const ask = (method: string, authorization?: string) =>
  createExposeMetrics({
    secret: { read: async () => ({ current: 'right' }) },
    sources: { listByKind: async () => [] },
  })({
    version: '2.0',
    rawPath: '/metrics',
    headers: authorization === undefined ? {} : { authorization },
    requestContext: { http: { method }, requestId: 'r', timeEpoch: 0 },
    isBase64Encoded: false,
  });

describe('/metrics', () => {
  it('answers only who has the credential', async () => {
    expect(await ask('GET')).toMatchObject({ statusCode: 401 });
    expect(await ask('GET', 'Bearer wrong')).toMatchObject({ statusCode: 401 });
    expect(await ask('POST', 'Bearer right')).toMatchObject({ statusCode: 405 });
    expect(await ask('GET', 'Bearer right')).toMatchObject({
      statusCode: 200,
      headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' },
    });
  });
});

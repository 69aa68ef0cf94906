// Tests of POST /webhooks/github from request to answer, with real claims on the local DynamoDB.
import { createHash, createHmac } from 'node:crypto';
import { createRequire } from 'node:module';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type ClaimCheck, gitHubDetailSchema } from '../../../contracts/events/github.ts';
import { AppError } from '../../../core/app-error.ts';
import type { BusEvent } from '../../../core/ingress/build-github-event.ts';
import { createDynamoClaimStore } from '../../../lambdas/adapters/dynamo-claim-store.ts';
import { createReceiveGitHubWebhook } from '../../../lambdas/ingress/receive-github-webhook.ts';
import { defineHttpHandler } from '../../../lambdas/platform/define-handler.ts';
import type { HttpApiEvent } from '../../../lambdas/platform/http-api.ts';
import { openLedger, type TestLedger } from '../adapters/open-ledger.ts';
import { captureLogs } from '../platform/capture-logs.ts';
import { naughtyTexts, oddJson } from './odd-input.ts';

interface Example {
  name: string;
  examples: object[];
}
// Recorded by GitHub; from @octokit/webhooks-examples (MIT).
const examples = createRequire(import.meta.url)('@octokit/webhooks-examples/api.github.com/index.json') as Example[];
const push = JSON.stringify(examples.find(({ name }) => name === 'push')?.examples[0]);

const secret = { current: 'new secret', previous: 'old secret' };
const sign = (body: string | Buffer, key = secret.current) =>
  `sha256=${createHmac('sha256', key).update(body).digest('hex')}`;
const digest = (body: Uint8Array) => createHash('sha256').update(body).digest('hex');

captureLogs();
let ledger: TestLedger;
let published: BusEvent[];
let stored: { key: string; content: Uint8Array }[];
let publishFails: boolean;
let requests = 0;
beforeEach(async () => {
  ledger = await openLedger();
  published = [];
  stored = [];
  publishFails = false;
});
afterEach(async () => await ledger.stop());

interface Answer {
  statusCode: number;
  headers: Record<string, string>;
  body: string;
}

function createHandler(webhookSecret: { current: string; previous?: string } = secret) {
  const handler = defineHttpHandler(
    createReceiveGitHubWebhook({
      secret: { read: async () => webhookSecret },
      claims: createDynamoClaimStore(ledger.ledger, ledger.clock, 14),
      publisher: {
        async publish(event) {
          if (publishFails) throw new AppError('UpstreamUnavailableError', 'the bus took no push');
          await new Promise(setImmediate);
          published.push(event);
        },
      },
      claimChecks: {
        async store(key, content, sha256): Promise<ClaimCheck> {
          stored.push({ key, content });
          return { bucket: 'bucket', key, sizeBytes: content.byteLength, sha256 };
        },
      },
      clock: ledger.clock,
      digest,
    }),
  );
  return async (event: HttpApiEvent): Promise<Answer> => {
    requests += 1;
    return (await handler(event, { awsRequestId: `request-${requests}` })) as Answer;
  };
}

function request(
  body: string,
  {
    headers = {},
    method = 'POST',
    ...rest
  }: { headers?: Record<string, string | undefined>; method?: string } & Partial<HttpApiEvent> = {},
): HttpApiEvent {
  return {
    version: '2.0',
    rawPath: '/webhooks/github',
    headers: {
      'content-type': 'application/json',
      'x-github-delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958',
      'x-github-event': 'push',
      'x-hub-signature-256': sign(body),
      ...headers,
    },
    requestContext: { http: { method }, requestId: 'r', timeEpoch: 0 },
    body,
    isBase64Encoded: false,
    ...rest,
  };
}

type Json = { [key: string]: Json } | Json[] | string | number | boolean | null;

/** Where each text of a payload stands. */
function listTexts(value: Json, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value === 'string') return [path];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => listTexts(member, [...path, key]));
}

function setText(value: Json, [key = '', ...rest]: readonly string[], text: string): void {
  const members = value as Record<string, Json>;
  if (rest.length === 0) members[key] = text;
  else setText(members[key] as Json, rest, text);
}

describe('a signed delivery', () => {
  it('is on the bus when it is answered with 202', async () => {
    expect(await createHandler()(request(push))).toMatchObject({ statusCode: 202 });
    expect(published).toHaveLength(1);
    expect(published[0]).toMatchObject({ source: 'github.com', detailType: 'push' });
    const detail = gitHubDetailSchema.parse(published[0]?.detail);
    expect(detail.payload).toEqual(JSON.parse(push));
    expect(detail.metadata).toMatchObject({ eventId: '72d3162e-cc78-11e3-81ab-4c9367dc0958', actor: 'Codertocat' });
  });

  it('is verified over its raw bytes, also when they come as base64', async () => {
    const body = Buffer.from('{"zen":"ünïcode \\u2028"}');
    const event = request(body.toString('base64'), {
      isBase64Encoded: true,
      headers: { 'x-hub-signature-256': sign(body) },
    });
    expect((await createHandler()(event)).statusCode).toBe(202);
  });

  it('is parsed when it comes as a form', async () => {
    const body = new URLSearchParams({ payload: push }).toString();
    const event = request(body, { headers: { 'content-type': 'application/x-www-form-urlencoded' } });
    expect((await createHandler()(event)).statusCode).toBe(202);
    expect(published[0]?.detail).toMatchObject({ payload: JSON.parse(push) });
  });

  it('counts under the secret before a rotation too, and not under an older one', async () => {
    const old = request(push, { headers: { 'x-hub-signature-256': sign(push, 'old secret') } });
    expect((await createHandler()(old)).statusCode).toBe(202);
    expect((await createHandler({ current: 'new secret' })(old)).statusCode).toBe(401);
  });

  it('of a ping is answered with 200 and not published', async () => {
    const event = request('{"zen":"x"}', { headers: { 'x-github-event': 'ping' } });
    expect((await createHandler()(event)).statusCode).toBe(200);
    expect(published).toEqual([]);
  });

  it('chains a push and the run of its build by their commit', async () => {
    const repository = { full_name: 'o/r' };
    const bodies = [
      { repository, after: 'a'.repeat(40) },
      { repository, workflow_run: { head_sha: 'a'.repeat(40) } },
    ].map((body) => JSON.stringify(body));
    for (const [index, body] of bodies.entries()) {
      await createHandler()(request(body, { headers: { 'x-github-delivery': `d${index}` } }));
    }
    const chains = published.map(({ detail }) => gitHubDetailSchema.parse(detail).metadata.correlationId);
    expect(chains).toEqual([`o/r@${'a'.repeat(40)}`, `o/r@${'a'.repeat(40)}`]);
  });

  it('that is too large for the bus is stored, and what rules match on stays', async () => {
    const large = JSON.stringify({ ...JSON.parse(push), filler: 'x'.repeat(300_000) });
    expect((await createHandler()(request(large))).statusCode).toBe(202);
    expect(Buffer.from(stored[0]?.content ?? []).toString()).toBe(large);
    const detail = gitHubDetailSchema.parse(published[0]?.detail);
    expect(detail.claimCheck).toMatchObject({ key: stored[0]?.key, sha256: digest(Buffer.from(large)) });
    expect(detail.payload).toMatchObject({
      ref: 'refs/tags/simple-tag',
      repository: { full_name: 'Codertocat/Hello-World' },
    });
    expect(JSON.stringify(detail).length).toBeLessThan(5_000);
  });
});

describe('a delivery that comes again', () => {
  it('is published once and answered alike, a hundred times at once', async () => {
    const handle = createHandler();
    const answers = await Promise.all(Array.from({ length: 100 }, async () => await handle(request(push))));
    expect(published).toHaveLength(1);
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]?.statusCode).toBe(202);
  });

  it('has no effect under a fresh delivery id: the body is what is claimed', async () => {
    await createHandler()(request(push));
    const replay = request(push, { headers: { 'x-github-delivery': 'fresh' } });
    expect((await createHandler()(replay)).statusCode).toBe(202);
    expect(published).toHaveLength(1);
  });

  it('is refused when its id came with another body', async () => {
    await createHandler()(request(push));
    const answer = await createHandler()(request('{"other":1}'));
    expect(answer.statusCode).toBe(409);
    expect(published).toHaveLength(1);
  });

  it('is published when the first attempt failed, which was answered with 503', async () => {
    publishFails = true;
    expect((await createHandler()(request(push))).statusCode).toBe(503);
    publishFails = false;
    expect((await createHandler()(request(push))).statusCode).toBe(202);
    expect(published).toHaveLength(1);
  });

  it('is taken over from a holder that died, and the late one is fenced off', async () => {
    const claims = createDynamoClaimStore(ledger.ledger, ledger.clock, 14);
    const body = digest(Buffer.from(push));
    expect(await claims.take({ id: 'd', bodySha256: body }, 'dead')).toBe('taken');
    expect((await createHandler()(request(push))).statusCode).toBe(503);
    ledger.clock.set(ledger.clock.now() + 15_001);
    expect((await createHandler()(request(push))).statusCode).toBe(202);
    await claims.releaseBody(body, 'dead');
    expect(await claims.take({ id: 'd', bodySha256: body }, 'third')).toBe('done');
    expect(published).toHaveLength(1);
  });
});

describe('what is not a delivery of GitHub', () => {
  const good = sign(push);
  it.each([
    ['missing', undefined],
    ['empty', ''],
    ['wrong', sign(push, 'guess')],
    ['of another body', sign(`${push} `)],
    ['truncated', good.slice(0, -1)],
    ['longer', `${good}0`],
    ['SHA-1', `sha1=${createHmac('sha1', secret.current).update(push).digest('hex')}`],
    ['in upper case', good.toUpperCase()],
    ['not hexadecimal', `sha256=${'z'.repeat(64)}`],
    ['doubled', `${good},${good}`],
  ])('is answered with 401 when its signature is %s', async (_, signature) => {
    const answer = await createHandler()(request(push, { headers: { 'x-hub-signature-256': signature } }));
    expect(answer).toMatchObject({
      statusCode: 401,
      body: '{"message":"X-Hub-Signature-256 is missing or does not fit the body"}',
    });
    expect(published).toEqual([]);
  });

  it('is never parsed when it is unsigned', async () => {
    const bomb = '['.repeat(1_000_000);
    const answer = await createHandler()(request(bomb, { headers: { 'x-hub-signature-256': sign('other') } }));
    expect(answer.statusCode).toBe(401);
  });

  it.each([
    ['an empty body', ''],
    ['no JSON', 'hello'],
    ['a JSON list', '[]'],
    ['a JSON text', '"x"'],
    ['null', 'null'],
    ['JSON that is 100,000 levels deep', `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
  ])('is answered with 400 when it is %s', async (_, body) => {
    const answer = await createHandler()(request(body));
    expect(answer.statusCode).toBe(400);
    expect(JSON.parse(answer.body)).toHaveProperty('message');
    expect(published).toEqual([]);
  });

  it.each([
    ['x-github-delivery', undefined],
    ['x-github-delivery', '../../etc'],
    ['x-github-event', undefined],
    ['x-github-event', 'Push;reboot'],
  ])('is answered with 400 when %s is %s', async (name, value) => {
    expect((await createHandler()(request(push, { headers: { [name]: value } }))).statusCode).toBe(400);
  });

  it('is answered with 413, 405 and 404 as it deserves', async () => {
    expect((await createHandler()(request('x'.repeat(5_500_001)))).statusCode).toBe(413);
    const wrongMethod = await createHandler()(request(push, { method: 'GET' }));
    expect(wrongMethod).toMatchObject({ statusCode: 405, headers: { allow: 'POST' } });
    expect((await createHandler()(request(push, { rawPath: '/webhooks/gitlab' }))).statusCode).toBe(404);
    expect(published).toEqual([]);
  });

  it('is taken with whatever text stands in any of its fields, and tells it on unchanged', async () => {
    const handle = createHandler();
    const paths = listTexts(JSON.parse(push));
    expect(paths.length).toBeGreaterThan(100);
    for (const [index, path] of paths.entries()) {
      const text = naughtyTexts[index % naughtyTexts.length] ?? '';
      const payload = JSON.parse(push) as Json;
      setText(payload, path, text);
      // A body that comes again has no effect: each one is another.
      const body = JSON.stringify({ ...(payload as object), number: index });
      const headers = { 'x-github-delivery': `delivery-${index}` };
      const { statusCode } = await handle(request(body, { headers }));
      expect([path.join('.'), text, statusCode]).toEqual([path.join('.'), text, 202]);
      expect(published.at(-1)?.detail).toMatchObject({ payload: JSON.parse(body) });
    }
  });

  it.each(oddJson)('is taken when it is JSON and refused when it is not: %s', async (text, isJson) => {
    const { statusCode } = await createHandler()(request(`{"odd":${text}}`));
    expect(statusCode).toBe(isJson ? 202 : 400);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('is never a reason to crash, whatever signed bytes it is', async () => {
    const handle = createHandler();
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.json().map((json) => Buffer.from(json)),
    );
    await fc.assert(
      fc.asyncProperty(bytes, fc.uuid(), async (content, delivery) => {
        const body = Buffer.from(content);
        const headers = { 'x-hub-signature-256': sign(body), 'x-github-delivery': delivery };
        const { statusCode } = await handle(request(body.toString('base64'), { isBase64Encoded: true, headers }));
        expect([202, 400]).toContain(statusCode);
      }),
      { numRuns: 60 },
    );
  });
});

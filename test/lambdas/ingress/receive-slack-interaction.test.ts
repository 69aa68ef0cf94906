// Tests of POST /webhooks/slack from request to answer: bodies and signatures as Slack makes them, real claims on the local DynamoDB.
import { createHash, createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { blockActionsDetailSchema } from '../../../contracts/events/slack.ts';
import { AppError } from '../../../core/app-error.ts';
import type { BusEvent } from '../../../core/ingress/build-github-event.ts';
import type { WebhookSecret } from '../../../core/ingress/verify-signature.ts';
import { createDynamoInteractionClaims } from '../../../lambdas/adapters/dynamo-claim-store.ts';
import { createReceiveSlackInteraction } from '../../../lambdas/ingress/receive-slack-interaction.ts';
import { defineHttpHandler } from '../../../lambdas/platform/define-handler.ts';
import type { HttpApiEvent } from '../../../lambdas/platform/http-api.ts';
import { buildInteraction, signInteraction } from '../../../local/world/slack/press-button.ts';
import { openLedger, type TestLedger } from '../adapters/open-ledger.ts';
import { captureLogs } from '../platform/capture-logs.ts';

captureLogs();
let ledger: TestLedger;
let published: BusEvent[];
let fault: Error | undefined;
let ledgerFault: Error | undefined;
let requests = 0;
beforeEach(async () => {
  ledger = await openLedger();
  published = [];
  fault = undefined;
  ledgerFault = undefined;
});
afterEach(async () => await ledger.stop());

const nowSeconds = () => Math.floor(ledger.clock.now() / 1000);

/** What Slack posts when somebody presses the button that approves. */
function press(
  value = '{"approvalId":"promotion-1","planHash":"p1"}',
  edit?: (payload: Record<string, unknown>) => void,
): string {
  const elements = [{ type: 'button', action_id: 'approval.approve', value }];
  const form = buildInteraction({
    message: {
      ts: '1763928000.000001',
      channel: '#deployments-prod',
      text: 'Please decide',
      blocks: [{ type: 'actions', elements }],
      threadTs: undefined,
      edits: 0,
    },
    channelId: 'C00000002',
    press: { messageTs: '1763928000.000001', actionId: 'approval.approve', userId: 'U0GRACE01' },
    userName: 'grace',
    responseUrl: 'http://169.254.169.254/actions',
    nowMilliseconds: ledger.clock.now(),
  });
  if (edit === undefined) return form;
  const payload = JSON.parse(new URLSearchParams(form).get('payload') ?? '') as Record<string, unknown>;
  edit(payload);
  return new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
}

function createHandler(readSecret: () => WebhookSecret = () => ({ current: 'new', previous: 'old' })) {
  const handler = defineHttpHandler(
    createReceiveSlackInteraction({
      secret: { read: async () => readSecret() },
      claims: createDynamoInteractionClaims(ledger.ledger, ledger.clock),
      publisher: {
        async publish(event) {
          await new Promise(setImmediate);
          if (fault !== undefined) throw fault;
          published.push(event);
        },
      },
      clock: ledger.clock,
      askLedger: async () => {
        if (ledgerFault !== undefined) throw ledgerFault;
      },
      digest: (body) => createHash('sha256').update(body).digest('hex'),
    }),
  );
  return async (event: HttpApiEvent) => {
    requests += 1;
    return (await handler(event, { awsRequestId: `request-${requests}` })) as { statusCode: number; body: string };
  };
}

function request(
  body: string,
  headers: Record<string, string | undefined> = signInteraction(body, nowSeconds(), 'new'),
  method = 'POST',
): HttpApiEvent {
  return {
    version: '2.0',
    rawPath: '/webhooks/slack',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    requestContext: { http: { method }, requestId: 'r', timeEpoch: 0 },
    body,
    isBase64Encoded: false,
  };
}

describe('a button that somebody presses', () => {
  it('becomes one event that says who, which and for what', async () => {
    expect(await createHandler()(request(press()))).toMatchObject({ statusCode: 200 });
    expect(published).toMatchObject([{ source: 'slack.com', detailType: 'block_actions' }]);
    expect(blockActionsDetailSchema.parse(published[0]?.detail)).toMatchObject({
      interaction: {
        userId: 'U0GRACE01',
        actionId: 'approval.approve',
        value: '{"approvalId":"promotion-1","planHash":"p1"}',
      },
    });
  });

  it('has no effect twice when the request is replayed, also under the other secret and many times at once', async () => {
    const handler = createHandler();
    const body = press();
    const headers = signInteraction(body, nowSeconds(), 'old');
    const answers = await Promise.all([
      ...Array.from({ length: 10 }, () => handler(request(body))),
      ...Array.from({ length: 10 }, () => handler(request(body, headers))),
    ]);
    expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([200]));
    expect(published).toHaveLength(1);
  });

  it('is data, whatever its value holds', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 60 }), async (text) => {
        // Pressed twice the same is one event: no two runs press alike.
        const value = `${published.length}${text}{% $eval("1") %}$(reboot)`;
        expect((await createHandler()(request(press(value)))).statusCode).toBe(200);
        expect(blockActionsDetailSchema.parse(published.at(-1)?.detail).interaction.value).toBe(value);
      }),
      { numRuns: 15 },
    );
  });

  it('of another kind than a button, or an interaction of another kind, is taken and does nothing', async () => {
    const handler = createHandler();
    expect(
      (await handler(request(press('x', (payload) => Object.assign(payload, { type: 'view_submission' }))))).statusCode,
    ).toBe(200);
    const select = [{ type: 'static_select', action_id: 'approval.approve' }];
    expect(
      (await handler(request(press('x', (payload) => Object.assign(payload, { actions: select }))))).statusCode,
    ).toBe(200);
    expect(published).toEqual([]);
  });
});

describe('who may speak', () => {
  it('is told by the secret before, and by the bytes that Slack documents', async () => {
    const body = press();
    expect((await createHandler()(request(body, signInteraction(body, nowSeconds(), 'old')))).statusCode).toBe(200);
    // The example of Slack's own documentation.
    const documented =
      'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c';
    ledger.clock.set(1_531_420_618_000);
    const secret = { current: '8f742231b10e8888abcd99yyyzzz85a5' };
    const headers = {
      'x-slack-request-timestamp': '1531420618',
      'x-slack-signature': 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
    };
    // Verified, and then not understood: it is a slash command.
    expect((await createHandler(() => secret)(request(documented, headers))).statusCode).toBe(400);
  });

  it.each([
    ['no signature', () => ({})],
    ['another secret', (body: string) => signInteraction(body, nowSeconds(), 'other')],
    ['the signature of another body', () => signInteraction(press('else'), nowSeconds(), 'new')],
    ['a recording of six minutes ago', (body: string) => signInteraction(body, nowSeconds() - 361, 'new')],
    ['a time to come', (body: string) => signInteraction(body, nowSeconds() + 361, 'new')],
    [
      'a time of its own with the signature of another',
      (body: string) => ({
        ...signInteraction(body, nowSeconds() - 3_600, 'new'),
        'x-slack-request-timestamp': String(nowSeconds()),
      }),
    ],
    [
      'the older version of signatures',
      (body: string) => ({
        'x-slack-request-timestamp': String(nowSeconds()),
        'x-slack-signature': `v1=${createHmac('sha256', 'new').update(body).digest('hex')}`,
      }),
    ],
    [
      'no number as time',
      (body: string) => ({ ...signInteraction(body, nowSeconds(), 'new'), 'x-slack-request-timestamp': 'NaN' }),
    ],
  ])('is not told by %s: 401, and the body is not parsed', async (_, sign) => {
    const body = press();
    expect((await createHandler()(request(body, sign(body)))).statusCode).toBe(401);
    const garbage = 'payload={';
    expect((await createHandler()(request(garbage, sign(`x${garbage}`)))).statusCode).toBe(401);
    expect(published).toEqual([]);
  });

  it('is not told by an empty secret', async () => {
    const body = press();
    const handler = createHandler(() => ({ current: 'new', previous: '' }));
    expect((await handler(request(body, signInteraction(body, nowSeconds(), '')))).statusCode).toBe(401);
  });
});

describe('what Slack would never send', () => {
  it.each([
    ['nothing', ''],
    ['no payload', 'other=1'],
    ['no JSON', 'payload=%7B'],
    ['a list', `payload=${encodeURIComponent('[]')}`],
    ['nesting without end', `payload=${encodeURIComponent('{"a":'.repeat(2_000))}`],
    ['bytes that are no text', '%ff\u0000'],
  ])('%s is answered with 400, and nothing is published', async (_, body) => {
    expect((await createHandler()(request(body))).statusCode).toBe(400);
    expect(published).toEqual([]);
  });

  it('is also a payload without its parts, or another content type', async () => {
    const handler = createHandler();
    for (const change of [
      { user: {} },
      { actions: [] },
      { channel: { id: '../x' } },
      { message: { ts: 'soon' } },
      { type: undefined },
    ]) {
      const body = press('x', (payload) => Object.assign(payload, change));
      expect((await handler(request(body))).statusCode).toBe(400);
    }
    const json = JSON.stringify({ type: 'block_actions' });
    const headers = { ...signInteraction(json, nowSeconds(), 'new'), 'content-type': 'application/json' };
    expect((await handler(request(json, headers))).statusCode).toBe(400);
    expect(published).toEqual([]);
  });

  it('is refused by size and by method', async () => {
    expect((await createHandler()(request('x'.repeat(1_000_001)))).statusCode).toBe(413);
    expect((await createHandler()(request('', {}, 'PUT'))).statusCode).toBe(405);
  });
});

describe('whether people are led here', () => {
  const unfilled = () => {
    throw new AppError('ForbiddenError', 'secret slack-signing is not as expected');
  };
  const denied = () => {
    throw Object.assign(new Error('denied'), { name: 'AccessDeniedException' });
  };

  it('is asked by GET: yes while the ledger answers, also where nobody uses Slack', async () => {
    expect((await createHandler()(request('', {}, 'GET'))).statusCode).toBe(200);
    expect((await createHandler(unfilled)(request('', {}, 'GET'))).statusCode).toBe(200);
  });

  it('is no when a press could not be taken: the ledger or the secrets do not answer', async () => {
    expect((await createHandler(denied)(request('', {}, 'GET'))).statusCode).toBe(503);
    ledgerFault = new Error('no route to DynamoDB');
    expect((await createHandler()(request('', {}, 'GET'))).statusCode).toBe(503);
  });
});

describe('a fault of ours', () => {
  it.each([
    new AppError('UpstreamUnavailableError', 'the bus is away'),
    new AppError('InvalidInputError', 'a bug'),
    Object.assign(new Error('denied'), { name: 'AccessDeniedException', $metadata: { httpStatusCode: 403 } }),
  ])('is a 5xx, and the same press counts when it comes again: %s', async (thrown) => {
    const handler = createHandler();
    const body = press();
    fault = thrown;
    expect((await handler(request(body))).statusCode).toBe(503);
    fault = undefined;
    expect((await handler(request(body))).statusCode).toBe(200);
    expect(published).toHaveLength(1);
  });

  it('is also a secret that nobody has filled in', async () => {
    const handler = createHandler(() => {
      throw new AppError('ForbiddenError', 'secret slack-signing is not as expected');
    });
    expect((await handler(request(press()))).statusCode).toBe(503);
  });
});

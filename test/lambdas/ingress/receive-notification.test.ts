// Tests of POST /webhooks/argocd and /webhooks/flagger/event from request to answer, with real claims on the local DynamoDB.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { AppError } from '../../../core/app-error.ts';
import { buildApplicationEvent } from '../../../core/ingress/build-application-event.ts';
import { buildCanaryEvent } from '../../../core/ingress/build-canary-event.ts';
import type { BusEvent } from '../../../core/ingress/build-github-event.ts';
import { parseFlaggerWebhook } from '../../../core/ingress/flagger-webhook.ts';
import { createDynamoEventClaims } from '../../../lambdas/adapters/dynamo-claim-store.ts';
import { createReceiveNotification } from '../../../lambdas/ingress/receive-notification.ts';
import { defineHttpHandler } from '../../../lambdas/platform/define-handler.ts';
import type { HttpApiEvent } from '../../../lambdas/platform/http-api.ts';
import { configuration, now } from '../../core/gates/gate-facts-builder.ts';
import { openLedger, type TestLedger } from '../adapters/open-ledger.ts';
import { captureLogs } from '../platform/capture-logs.ts';

captureLogs();
let ledger: TestLedger;
let published: BusEvent[];
let isBusDown: boolean;
beforeEach(async () => {
  ledger = await openLedger();
  published = [];
  isBusDown = false;
});
afterEach(async () => await ledger.stop());

const senders = {
  argocd: (body: Uint8Array) => buildApplicationEvent(configuration, body, now),
  flagger: (body: Uint8Array) => buildCanaryEvent(parseFlaggerWebhook(configuration, body), now),
};
type Sender = keyof typeof senders;

interface Answer {
  readonly statusCode: number;
  readonly body: string;
}
async function post(sender: Sender, body: string, overrides: { authorization?: string; method?: string } = {}) {
  const { authorization = 'Bearer right', method = 'POST' } = overrides;
  const handler = defineHttpHandler(
    createReceiveNotification({
      secret: { read: async () => ({ current: 'right', previous: 'before' }) },
      claims: createDynamoEventClaims(ledger.ledger, ledger.clock, 14, sender),
      publisher: {
        async publish(event: BusEvent) {
          if (isBusDown) throw new AppError('ForbiddenError', 'the bus refuses us');
          published.push(event);
        },
      } as never,
      clock: ledger.clock,
      readEvent: senders[sender],
    }),
  );
  const event = {
    rawPath: '/',
    headers: { authorization },
    body,
    isBase64Encoded: false,
    requestContext: { http: { method } },
  };
  const context = { awsRequestId: `request-${Math.random()}`, getRemainingTimeInMillis: () => 10_000 };
  const answer = (await handler(event as unknown as HttpApiEvent, context as never)) as Answer;
  return { status: answer.statusCode, ...(JSON.parse(answer.body) as { message: string; eventId?: string }) };
}

const application = JSON.stringify({
  application: 'pyairtable-dev',
  destinationNamespace: 'pyairtable-dev',
  revision: 'f'.repeat(40),
  sync: 'Synced',
  health: 'Healthy',
  phase: 'Succeeded',
  startedAt: now,
});
const canary = JSON.stringify({
  name: 'api-gateway',
  namespace: 'pyairtable-prod',
  phase: 'Progressing',
  checksum: 'abc',
  metadata: {
    eventMessage: 'Advance api-gateway.pyairtable-prod canary weight 20',
    eventType: 'Normal',
    timestamp: '1',
  },
});
const bodies: Record<Sender, string> = { argocd: application, flagger: canary };

describe.each(Object.keys(senders) as Sender[])('what %s tells', (sender) => {
  it('is published once, however often it comes and however many come at once', async () => {
    const answers = await Promise.all([1, 2, 3].map(async () => await post(sender, bodies[sender])));
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202]);
    expect(new Set(answers.map(({ eventId }) => eventId)).size).toBe(1);
    expect((await post(sender, bodies[sender])).message).toBe('known');
    expect(published).toHaveLength(1);
  });

  it('is taken with the credential of before a rotation too, and with no other one', async () => {
    expect((await post(sender, bodies[sender], { authorization: 'Bearer before' })).status).toBe(202);
    for (const authorization of ['Bearer wrong', 'right', '']) {
      expect((await post(sender, bodies[sender], { authorization })).status).toBe(401);
    }
    expect((await post(sender, '{', { authorization: 'Bearer wrong' })).status).toBe(401);
  });

  it('is 405 by another method, 413 when it is large, 400 when it makes no sense: nothing is published', async () => {
    expect((await post(sender, bodies[sender], { method: 'GET' })).status).toBe(405);
    expect((await post(sender, ' '.repeat(300_000))).status).toBe(413);
    for (const body of ['', '{', '[]', '{"name":1}']) expect((await post(sender, body)).status).toBe(400);
    expect(published).toEqual([]);
  });

  it('is a 503 for every fault of ours, and taken when it comes again', async () => {
    isBusDown = true;
    expect((await post(sender, bodies[sender])).status).toBe(503);
    isBusDown = false;
    expect((await post(sender, bodies[sender])).message).toBe('accepted');
    expect(published).toHaveLength(1);
  });
});

describe('what Flagger says of its own hooks', () => {
  it('is no news', async () => {
    const chatter = {
      ...JSON.parse(canary),
      metadata: { eventMessage: 'Rollback hook automation not signaling a rollback' },
    };
    expect(await post('flagger', JSON.stringify(chatter))).toMatchObject({ status: 202, message: 'nothing to tell' });
    expect(published).toEqual([]);
  });

  it('of a canary that is not ours is a 404', async () => {
    expect((await post('flagger', JSON.stringify({ ...JSON.parse(canary), name: 'other' }))).status).toBe(404);
  });
});

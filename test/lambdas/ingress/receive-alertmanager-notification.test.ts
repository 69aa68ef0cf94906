// Tests of POST /webhooks/alertmanager from request to answer, with real claims on the local DynamoDB.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { alertDetailSchema, truncatedAlertsDetailSchema } from '../../../contracts/events/alert.ts';
import { AppError } from '../../../core/app-error.ts';
import type { BusEvent } from '../../../core/ingress/build-github-event.ts';
import type { WebhookSecret } from '../../../core/ingress/verify-signature.ts';
import { createDynamoEventClaims } from '../../../lambdas/adapters/dynamo-claim-store.ts';
import { createReceiveAlertmanagerNotification } from '../../../lambdas/ingress/receive-alertmanager-notification.ts';
import { defineHttpHandler } from '../../../lambdas/platform/define-handler.ts';
import type { HttpApiEvent } from '../../../lambdas/platform/http-api.ts';
import { openLedger, type TestLedger } from '../adapters/open-ledger.ts';
import { captureLogs } from '../platform/capture-logs.ts';

// As Alertmanager 0.27 posts a group.
const recorded = readFileSync('test/fixtures/alertmanager/firing-group.json', 'utf8');
interface Notification {
  truncatedAlerts: number;
  version: string;
  alerts: Record<string, unknown>[];
}
const change = (edit: (notification: Notification) => void): string => {
  const notification = JSON.parse(recorded) as Notification;
  edit(notification);
  return JSON.stringify(notification);
};

captureLogs();
let ledger: TestLedger;
let published: BusEvent[];
let fault: Error | undefined;
let requests = 0;
beforeEach(async () => {
  ledger = await openLedger();
  published = [];
  fault = undefined;
  calls = 0;
  truncated = [];
});
afterEach(async () => await ledger.stop());

let calls = 0;
let truncated: number[] = [];
async function publish(event: BusEvent): Promise<void> {
  await new Promise(setImmediate);
  if (fault !== undefined) throw fault;
  published.push(event);
}

function createHandler(readSecret: () => WebhookSecret = () => ({ current: 'new one', previous: 'old-one' })) {
  const handler = defineHttpHandler(
    createReceiveAlertmanagerNotification({
      secret: { read: async () => readSecret() },
      claims: createDynamoEventClaims(ledger.ledger, ledger.clock, 14, 'alert'),
      publisher: {
        publish,
        publishAll: async (events) => {
          calls += 1;
          return await Promise.all(
            events.map((event) =>
              publish(event).then(
                () => undefined,
                (error: Error) => error,
              ),
            ),
          );
        },
      },
      countTruncated: (count) => truncated.push(count),
      clock: ledger.clock,
      digest: (body) => createHash('sha256').update(body).digest('hex'),
    }),
  );
  return async (event: HttpApiEvent) => {
    requests += 1;
    return (await handler(event, { awsRequestId: `request-${requests}` })) as { statusCode: number; body: string };
  };
}

function request(body: string, authorization: string | undefined = 'Bearer old-one', method = 'POST'): HttpApiEvent {
  return {
    version: '2.0',
    rawPath: '/webhooks/alertmanager',
    headers: { 'content-type': 'application/json', authorization },
    requestContext: { http: { method }, requestId: 'r', timeEpoch: 0 },
    body,
    isBase64Encoded: false,
  };
}

const typesOf = () => published.map(({ detailType }) => detailType);

describe('a notification', () => {
  it('becomes one event for each alert and state', async () => {
    expect(await createHandler()(request(recorded))).toMatchObject({ statusCode: 202 });
    expect(typesOf()).toEqual(['alert.firing', 'alert.resolved']);
    const [firing, resolved] = published.map(({ detail }) => alertDetailSchema.parse(detail));
    expect(firing).toMatchObject({
      metadata: { eventId: 'alert-9f2c1d0e7a6b5c43-2026-11-23T20:05:10.123Z-firing' },
      alert: { startsAt: '2026-11-23T20:05:10.123Z', labels: { service: 'api-gateway' } },
      group: { key: '{}:{environment="dev"}', receiver: 'deployment-automation' },
    });
    expect(firing?.alert).not.toHaveProperty('endsAt');
    expect(resolved?.alert).toMatchObject({ status: 'resolved', endsAt: '2026-11-23T20:04:30.000Z' });
  });

  it('that is repeated brings nothing new, however often and however many at once', async () => {
    const handler = createHandler();
    const answers = await Promise.all(Array.from({ length: 20 }, () => handler(request(recorded))));
    expect(answers.map(({ statusCode }) => statusCode)).toEqual(Array.from({ length: 20 }, () => 202));
    expect(typesOf().toSorted()).toEqual(['alert.firing', 'alert.resolved']);
  });

  it('of the same alert resolved, and of it firing anew, are events of their own', async () => {
    const handler = createHandler();
    await handler(request(recorded));
    await handler(
      request(
        change(({ alerts }) => Object.assign(alerts[0] ?? {}, { status: 'resolved', endsAt: '2026-11-23T20:09:00Z' })),
      ),
    );
    await handler(
      request(change(({ alerts }) => Object.assign(alerts[0] ?? {}, { startsAt: '2026-11-23T20:20:00Z' }))),
    );
    expect(typesOf()).toEqual(['alert.firing', 'alert.resolved', 'alert.resolved', 'alert.firing']);
  });

  it('that was cut short says so in an event', async () => {
    await createHandler()(
      request(change((notification) => Object.assign(notification, { truncatedAlerts: 7, alerts: [] }))),
    );
    expect(typesOf()).toEqual(['alert.truncated']);
    expect(truncatedAlertsDetailSchema.parse(published[0]?.detail).truncatedAlerts).toBe(7);
    expect(truncated).toEqual([7]);
  });

  it('may lack every label', async () => {
    const body = change(({ alerts }) =>
      alerts.splice(0, 2, { status: 'firing', startsAt: '2026-11-23T20:05:10Z', fingerprint: 'ab' }),
    );
    expect((await createHandler()(request(body))).statusCode).toBe(202);
    expect(alertDetailSchema.parse(published[0]?.detail)).toMatchObject({ alert: { labels: {} } });
  });

  it('of two thousand alerts loses none', async () => {
    const body = change(({ alerts }) => {
      const [first] = alerts;
      alerts.splice(
        0,
        2,
        ...Array.from({ length: 2_000 }, (_, index) => ({ ...first, fingerprint: index.toString(16) })),
      );
    });
    expect((await createHandler()(request(body))).statusCode).toBe(202);
    expect(calls).toBe(20);
    expect(new Set(published.map(({ detail }) => alertDetailSchema.parse(detail).metadata.eventId)).size).toBe(2_000);
  });

  it('keeps hostile labels as text, and so short that they fit on the bus', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 30 }), async (label) => {
        const hostile = `${label}{% $eval("1") %}$(reboot)`;
        const body = change(({ alerts }) =>
          Object.assign(alerts[0]?.labels ?? {}, { service: hostile, long: 'x'.repeat(9_000) }),
        );
        expect((await createHandler()(request(body))).statusCode).toBe(202);
        const detail = published.findLast(({ detailType }) => detailType === 'alert.firing')?.detail;
        expect(Buffer.byteLength(JSON.stringify(detail))).toBeLessThan(240_000);
      }),
      { numRuns: 20 },
    );
    expect(JSON.stringify(published[0]?.detail)).toContain('$(reboot)');
  });
});

describe('who may notify', () => {
  const basic = (password: string) => `Basic ${Buffer.from(`alertmanager:${password}`).toString('base64')}`;
  it.each([
    ['the previous token', 'Bearer old-one'],
    ['the current password', basic('new one')],
    ['the previous password, in any case of the scheme', basic('old-one').replace('Basic', 'basic')],
  ])('is told by %s', async (_, authorization) => {
    expect((await createHandler()(request(recorded, authorization))).statusCode).toBe(202);
  });

  it.each([
    ['nothing', ''],
    ['another token', 'Bearer other'],
    ['another scheme', 'Digest old-one'],
    ['a password without a user', `Basic ${Buffer.from('old-one').toString('base64')}`],
    ['an empty password', basic('')],
  ])('is not told by %s: 401, and the body is not parsed', async (_, authorization) => {
    expect((await createHandler()(request('{', authorization))).statusCode).toBe(401);
    expect(published).toEqual([]);
  });

  it('does not include those who send nothing while there is no previous credential', async () => {
    const handler = createHandler(() => ({ current: 'one', previous: '' }));
    expect((await handler(request(recorded, basic('')))).statusCode).toBe(401);
  });
});

describe('what Alertmanager would never send', () => {
  it.each([
    ['no JSON', '{'],
    ['nothing', ''],
    ['a list', '[]'],
    ['another version', change((notification) => Object.assign(notification, { version: '3' }))],
    ['no alerts', JSON.stringify({ version: '4', groupKey: 'k' })],
    [
      'one alert among good ones without a time',
      change(({ alerts }) => Object.assign(alerts[1] ?? {}, { startsAt: 'soon' })),
    ],
    ['a fingerprint that is none', change(({ alerts }) => Object.assign(alerts[0] ?? {}, { fingerprint: '../x' }))],
    ['nesting without end', '{"a":'.repeat(2_000)],
  ])('%s is answered with 400, and nothing is published', async (_, body) => {
    expect((await createHandler()(request(body))).statusCode).toBe(400);
    expect(published).toEqual([]);
  });

  it('is refused by size and by method', async () => {
    expect((await createHandler()(request('x'.repeat(5_500_001)))).statusCode).toBe(413);
    expect((await createHandler()(request('', undefined, 'GET'))).statusCode).toBe(405);
  });
});

describe('a fault of ours', () => {
  it.each([
    new AppError('UpstreamUnavailableError', 'the bus is away'),
    new AppError('ForbiddenError', 'a permission is missing'),
    new AppError('InvalidInputError', 'a bug'),
    Object.assign(new Error('denied'), { name: 'AccessDeniedException', $metadata: { httpStatusCode: 403 } }),
    new TypeError('a bug'),
  ])('is always a 5xx, never a 4xx that Alertmanager would drop: %s', async (thrown) => {
    fault = thrown;
    const handler = createHandler();
    expect((await handler(request(recorded))).statusCode).toBe(503);
    fault = undefined;
    expect((await handler(request(recorded))).statusCode).toBe(202);
    expect(typesOf().toSorted()).toEqual(['alert.firing', 'alert.resolved']);
  });

  it('is also a secret that nobody has filled in', async () => {
    const handler = createHandler(() => {
      throw new AppError('ForbiddenError', 'secret alertmanager is not as expected');
    });
    expect((await handler(request(recorded))).statusCode).toBe(503);
  });

  it('in the middle of a group keeps what was published and brings the rest when it is sent again', async () => {
    const handler = createHandler();
    let left = 1;
    const { push } = published;
    published.push = (...events) => {
      left -= 1;
      if (left < 0) throw new Error('the bus broke');
      return push.apply(published, events);
    };
    expect((await handler(request(recorded))).statusCode).toBe(503);
    left = 10;
    expect((await handler(request(recorded))).statusCode).toBe(202);
    expect(typesOf().toSorted()).toEqual(['alert.firing', 'alert.resolved']);
  });
});

// The notifier's order, edits and outbox, over the real ledger adapter.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { loadConfiguration } from '../../../config/load-configuration.ts';
import { certificateExpiringExample, certificateSource } from '../../../contracts/events/certificate.ts';
import { promotionSource, promotionSucceededExample } from '../../../contracts/events/promotion.ts';
import { rollbackSource, rollbackSucceededExample } from '../../../contracts/events/rollback.ts';
import { AppError } from '../../../core/app-error.ts';
import { type AnnouncedEvent, buildAnnouncement } from '../../../core/notifications/build-announcement.ts';
import type { ChannelName } from '../../../core/notifications/find-channels.ts';
import { type NotifierPorts, type ShowContext, tellPeople } from '../../../core/notifications/tell-people.ts';
import { createDynamoNotificationOutbox } from '../../../lambdas/adapters/dynamo-notification-outbox.ts';
import { openLedger, type TestLedger } from '../../lambdas/adapters/open-ledger.ts';

const { notifications } = loadConfiguration('config/pyairtable.yaml');
let ledger: TestLedger;
beforeAll(async () => {
  ledger = await openLedger();
});
afterAll(async () => await ledger.stop());

/** A workspace that remembers what stands in it. */
function createWorkspace(routes: typeof notifications.routes = []) {
  const messages = new Map<string, { channel: ChannelName; headline: string; thread: string | undefined }>();
  let posted = 0;
  let failures = 0;
  const ports: NotifierPorts = {
    outbox: createDynamoNotificationOutbox(ledger.ledger, ledger.clock, 90),
    channelOf: () => ({
      async show({ headline }, { channel, known, thread, keep }: ShowContext) {
        await new Promise(setImmediate);
        if (failures > 0) {
          failures -= 1;
          throw new AppError('UpstreamUnavailableError', 'the channel is down');
        }
        posted += known === undefined ? 1 : 0;
        const id = known?.id ?? `${posted}`;
        messages.set(id, { channel, headline, thread: thread?.id });
        if (known === undefined) await keep({ id });
      },
    }),
    onFailure: () => undefined,
  };
  return {
    messages: () => [...messages.values()],
    headlines: () => [...messages.values()].map(({ headline }) => headline),
    fail: (times: number) => {
      failures = times;
    },
    posted: () => posted,
    tell: async (event: AnnouncedEvent, holder = `request-${Math.random()}`) =>
      await tellPeople(ports, { ...notifications, routes }, { ...buildAnnouncement(event), holder }),
  };
}

let counter = 0;
function freshId(): string {
  counter += 1;
  return `subject-${counter}`;
}

function promotion(id: string, type: string, minute: number, environment = 'dev'): AnnouncedEvent {
  const { metadata, promotion: example } = promotionSucceededExample;
  const occurredAt = `2026-11-23T20:${String(minute).padStart(2, '0')}:00.000Z`;
  return {
    source: promotionSource,
    'detail-type': type,
    detail: {
      ...promotionSucceededExample,
      metadata: { ...metadata, eventId: `${id}-${type}-${minute}`, occurredAt, correlationId: id },
      promotion: { ...example, promotionId: id, environment },
    },
  };
}

function certificate(name: string, type: string, minute: number): AnnouncedEvent {
  const { metadata, certificate: example } = certificateExpiringExample;
  const occurredAt = `2026-11-23T20:${String(minute).padStart(2, '0')}:00.000Z`;
  return {
    source: certificateSource,
    'detail-type': type,
    detail: {
      ...certificateExpiringExample,
      metadata: { ...metadata, eventId: `${name}-${type}-${minute}`, occurredAt },
      certificate: { ...example, name },
    },
  };
}

describe('a subject', () => {
  it('has one message, which is edited as its state changes', async () => {
    const workspace = createWorkspace();
    const id = freshId();
    await workspace.tell(promotion(id, 'PromotionStarted', 1));
    expect(workspace.headlines()).toEqual(['api-gateway is being promoted to dev']);
    await workspace.tell(promotion(id, 'PromotionSucceeded', 2));
    expect(workspace.headlines()).toEqual(['api-gateway now runs in dev']);
  });

  it('keeps its end when an earlier state arrives late, even one with a later time', async () => {
    const workspace = createWorkspace();
    const id = freshId();
    await workspace.tell(promotion(id, 'PromotionSucceeded', 2));
    await workspace.tell(promotion(id, 'PromotionStarted', 9));
    expect(workspace.headlines()).toEqual(['api-gateway now runs in dev']);
  });

  it('that comes back after its end begins a new message', async () => {
    const workspace = createWorkspace();
    const name = freshId();
    await workspace.tell(certificate(name, 'CertificateExpiring', 1));
    await workspace.tell(certificate(name, 'CertificateRecovered', 2));
    await workspace.tell(certificate(name, 'CertificateExpiring', 3));
    await workspace.tell(certificate(name, 'CertificateProblem', 4));
    expect(workspace.headlines()).toEqual([
      'The certificate of api.pyairtable.example is in order again',
      'The certificate of api.pyairtable.example has a problem',
    ]);
  });

  it('ends in the same one message in whatever order, however often and however much at once its events come', async () => {
    const types = ['PromotionStarted', 'PromotionSucceeded', 'PromotionFailed', 'PromotionStarted', 'PromotionFailed'];
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.nat({ max: types.length - 1 }), { minLength: 1, maxLength: 4 }), { maxLength: 4 }),
        fc.nat({ max: 4 }),
        async (rounds, failures) => {
          const workspace = createWorkspace();
          const id = freshId();
          const event = (index: number) => promotion(id, types[index] ?? '', index);
          workspace.fail(failures);
          const failed: number[] = [];
          // Each round at once; at the end everything that was not seen yet, and whatever was thrown comes again.
          for (const round of [...rounds, types.map((_, index) => index)]) {
            const results = await Promise.allSettled(round.map((index) => workspace.tell(event(index))));
            failed.push(...round.filter((_, place) => results[place]?.status === 'rejected'));
          }
          // As often as it takes: so do the retries, and then a redrive.
          while (failed.length > 0) {
            for (const index of failed.splice(0)) await workspace.tell(event(index)).catch(() => failed.push(index));
          }
          expect(workspace.messages()).toEqual([
            { channel: 'slack#deployments', headline: 'api-gateway could not be promoted to dev', thread: undefined },
          ]);
          expect(workspace.posted()).toBe(1);
        },
      ),
      { numRuns: 40 },
    );
  }, 60_000);
});

describe('a channel that is down', () => {
  it('makes the event come again, and nothing is lost or told twice', async () => {
    const workspace = createWorkspace();
    const id = freshId();
    workspace.fail(1);
    await expect(workspace.tell(promotion(id, 'PromotionStarted', 1))).rejects.toMatchObject({ retryable: true });
    expect(workspace.messages()).toEqual([]);
    await workspace.tell(promotion(id, 'PromotionStarted', 1));
    await workspace.tell(promotion(id, 'PromotionStarted', 1));
    expect(workspace.posted()).toBe(1);
  });

  it('holds up no other channel', async () => {
    const workspace = createWorkspace(notifications.routes);
    const id = freshId();
    const event: AnnouncedEvent = {
      source: rollbackSource,
      'detail-type': 'RollbackFailed',
      detail: {
        ...rollbackSucceededExample,
        rollback: { ...rollbackSucceededExample.rollback, rollbackId: id, environment: 'prod' },
      },
    };
    workspace.fail(1);
    await expect(workspace.tell(event)).rejects.toMatchObject({ name: 'UpstreamUnavailableError' });
    expect(workspace.messages().map(({ channel }) => channel)).toEqual(['email', 'pager-duty', 'github']);
    await workspace.tell(event);
    expect(workspace.messages().map(({ channel }) => channel)).toContain('slack#deployments-prod');
    expect(workspace.posted()).toBe(4);
  });
});

describe('a notifier that dies while it sends', () => {
  it('is taken over when its lease is over, and not before', async () => {
    const outbox = createDynamoNotificationOutbox(ledger.ledger, ledger.clock, 90);
    const workspace = createWorkspace();
    const id = freshId();
    const { announcement, order } = buildAnnouncement(promotion(id, 'PromotionSucceeded', 1));
    await outbox.record('slack#deployments', announcement, order);
    expect(await outbox.take('slack#deployments', announcement.subject, 'dead')).toBeDefined();
    await workspace.tell(promotion(id, 'PromotionSucceeded', 1));
    expect(workspace.messages()).toEqual([]);
    await ledger.clock.sleep(36_000);
    await workspace.tell(promotion(id, 'PromotionSucceeded', 1));
    expect(workspace.headlines()).toEqual(['api-gateway now runs in dev']);
    const pending = { announcement, order, receipt: undefined, showsEnd: false };
    expect(await outbox.complete('slack#deployments', announcement.subject, 'dead', pending)).toBe('lost');
  });
});

describe('a release', () => {
  it('is one thread: the message of the next environment stands in the thread of the first', async () => {
    const workspace = createWorkspace();
    const [first, second, release] = [freshId(), freshId(), freshId()];
    const ofRelease = (event: AnnouncedEvent): AnnouncedEvent => ({
      ...event,
      detail: { ...event.detail, metadata: { ...event.detail.metadata, correlationId: release } },
    });
    await workspace.tell(ofRelease(promotion(first, 'PromotionSucceeded', 1)));
    await workspace.tell(ofRelease(promotion(second, 'PromotionStarted', 2, 'staging')));
    expect(workspace.messages().map(({ thread }) => thread)).toEqual([undefined, '1']);
  });
});

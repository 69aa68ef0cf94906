// POST /webhooks/flagger/event: Flagger's events become events on the bus, each once.
import { formatTime } from '../../core/clock.ts';
import { buildCanaryEvent } from '../../core/ingress/build-canary-event.ts';
import { parseFlaggerWebhook } from '../../core/ingress/flagger-webhook.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineHttpHandler } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';
import { systemClock } from '../platform/system-clock.ts';
import { connectNotification } from './connect-notification.ts';
import { createReceiveNotification } from './receive-notification.ts';

const environment = readEnvironment(['LEDGER_TABLE_NAME', 'EVENT_BUS_NAME', 'FLAGGER_SECRET_ID']);
const configuration = readConfiguration();
const sender = { source: 'flagger', secretId: environment.FLAGGER_SECRET_ID } as const;

export const handler = defineHttpHandler(
  createReceiveNotification({
    ...connectNotification(configuration, environment, sender),
    readEvent: (body) => buildCanaryEvent(parseFlaggerWebhook(configuration, body), formatTime(systemClock.now())),
  }),
);

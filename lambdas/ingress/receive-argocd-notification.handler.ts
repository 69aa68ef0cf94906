// POST /webhooks/argocd: Argo CD's notifications become events on the bus, each once.
import { formatTime } from '../../core/clock.ts';
import { buildApplicationEvent } from '../../core/ingress/build-application-event.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineHttpHandler } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';
import { systemClock } from '../platform/system-clock.ts';
import { connectNotification } from './connect-notification.ts';
import { createReceiveNotification } from './receive-notification.ts';

const environment = readEnvironment(['LEDGER_TABLE_NAME', 'EVENT_BUS_NAME', 'ARGOCD_SECRET_ID']);
const configuration = readConfiguration();
const sender = { source: 'argocd', secretId: environment.ARGOCD_SECRET_ID } as const;

export const handler = defineHttpHandler(
  createReceiveNotification({
    ...connectNotification(configuration, environment, sender),
    readEvent: (body) => buildApplicationEvent(configuration, body, formatTime(systemClock.now())),
  }),
);

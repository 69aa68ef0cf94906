// What starts what GitHub sends.
import type { ScheduleRoute } from './route.ts';

export const ingressSchedules: readonly ScheduleRoute[] = [
  {
    id: 'redeliver-failed-webhooks',
    description: 'GitHub does not send again by itself what it could not deliver: we ask for it',
    schedule: 'redeliverFailedWebhooks',
    target: { function: 'redeliver-failed-webhooks' },
    deadLetters: 'ingress',
  },
];

// What leads to the index of events.
import type { EventRoute } from './route.ts';

export const auditRoutes: readonly EventRoute[] = [
  {
    id: 'everything-is-recorded',
    description: 'Every event enters the index that answers what caused what',
    pattern: { version: ['0'] },
    target: { function: 'record-event' },
    deadLetters: 'audit',
  },
];

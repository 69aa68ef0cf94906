// What starts rollbacks.
import { alertFiringPattern, breakGlassPattern, unhealthyPromotionPattern } from '../../contracts/events/rollback.ts';
import type { EventRoute } from './route.ts';

export const rollbackRoutes: readonly EventRoute[] = [
  {
    id: 'alert-rolls-back',
    description: 'A firing alert takes back the release that caused it, if one did',
    pattern: alertFiringPattern,
    target: { workflow: 'rollback-release' },
    deadLetters: 'rollback',
  },
  {
    id: 'unhealthy-promotion-rolls-back',
    description: 'A promotion that did not become healthy is taken back where the configuration says so',
    pattern: unhealthyPromotionPattern,
    target: { workflow: 'rollback-release' },
    deadLetters: 'rollback',
  },
  {
    id: 'break-glass-reconciles',
    description: 'What was pinned past Git is written into it when it can be reached again',
    pattern: breakGlassPattern,
    target: { workflow: 'reconcile-git' },
    deadLetters: 'rollback',
  },
];

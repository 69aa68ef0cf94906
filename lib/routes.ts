// THE table: everything that starts something here, in the order in which a person would read it; its rows are in routes/, by concern.
import type { Configuration } from '../config/schema.ts';
import { buildApprovalRoutes } from './routes/approvals.ts';
import { auditRoutes } from './routes/audit.ts';
import { backupRoutes, backupSchedules } from './routes/backups.ts';
import { certificateRoutes, certificateSchedules } from './routes/certificates.ts';
import { ingressSchedules } from './routes/ingress.ts';
import { notificationRoutes } from './routes/notifications.ts';
import { buildPromotionRoutes, promotionSchedules } from './routes/promotion.ts';
import { rollbackRoutes } from './routes/rollback.ts';
import type { EventRoute, HttpRoute, ScheduleRoute } from './routes/route.ts';
import { watchdogSchedules } from './routes/watchdog.ts';

/** Asked by GET: whether the ledger answers, and so whether what people press could be taken. */
export const apiHealthPath = '/webhooks/slack';

/** Every method is routed: the function itself answers 405, which an HTTP API cannot. */
export const httpRoutes: readonly HttpRoute[] = [
  { path: '/webhooks/github', function: 'receive-github-webhook' },
  { path: '/webhooks/alertmanager', function: 'receive-alertmanager-notification' },
  { path: '/webhooks/slack', function: 'receive-slack-interaction' },
  { path: '/metrics', function: 'expose-metrics' },
  { path: '/webhooks/argocd', function: 'receive-argocd-notification' },
  { path: '/webhooks/flagger/event', function: 'receive-flagger-event' },
  // confirm-rollout, confirm-promotion, rollback.
  { path: '/webhooks/flagger/{question}', function: 'answer-flagger-gate' },
];

/** The routes of this configuration. */
export function buildEventRoutes(configuration: Configuration): readonly EventRoute[] {
  return [
    ...buildPromotionRoutes(configuration),
    ...rollbackRoutes,
    ...buildApprovalRoutes(configuration),
    ...certificateRoutes,
    ...backupRoutes,
    ...notificationRoutes,
    ...auditRoutes,
  ];
}

export const scheduleRoutes: readonly ScheduleRoute[] = [
  ...ingressSchedules,
  ...promotionSchedules,
  ...certificateSchedules,
  ...backupSchedules,
  ...watchdogSchedules,
];

// Which of argocd-notifications' standard triggers a change of an application's status fires; pure.
// https://argo-cd.readthedocs.io/en/stable/operator-manual/notifications/catalog/
import type { Application, ApplicationStatus } from './application.ts';

export interface Notification {
  readonly trigger:
    | 'on-deployed'
    | 'on-health-degraded'
    | 'on-sync-failed'
    | 'on-sync-running'
    | 'on-sync-status-unknown'
    | 'on-sync-succeeded';
  readonly cluster: string;
  readonly application: Application;
}

/** `deployedRevision` is the one for which on-deployed was sent last: it fires once per revision. */
export function listTriggers(
  before: ApplicationStatus | undefined,
  after: ApplicationStatus,
  deployedRevision: string | undefined,
): Notification['trigger'][] {
  const phase = after.operationState?.phase;
  const sameOperation = before?.operationState?.startedAt === after.operationState?.startedAt;
  const phaseChanged = phase !== before?.operationState?.phase || !sameOperation;
  const revision = after.operationState?.syncResult?.revision;
  const triggers: Notification['trigger'][] = [];
  if (phaseChanged && phase === 'Running') triggers.push('on-sync-running');
  if (phaseChanged && phase === 'Succeeded') triggers.push('on-sync-succeeded');
  if (phaseChanged && (phase === 'Failed' || phase === 'Error')) triggers.push('on-sync-failed');
  if (
    phase === 'Succeeded' &&
    after.health?.status === 'Healthy' &&
    revision !== undefined &&
    revision !== deployedRevision
  )
    triggers.push('on-deployed');
  if (after.health?.status === 'Degraded' && before?.health?.status !== 'Degraded') triggers.push('on-health-degraded');
  if (after.sync?.status === 'Unknown' && before?.sync?.status !== 'Unknown') triggers.push('on-sync-status-unknown');
  return triggers;
}

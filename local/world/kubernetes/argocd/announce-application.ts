// Telling the world what became of applications: the trace, and argocd-notifications' triggers.
import type { ControllerContext } from '../controllers/controller.ts';
import type { Application } from './application.ts';
import { listTriggers, type Notification } from './list-notifications.ts';

export class ApplicationAnnouncer {
  private readonly context: ControllerContext;
  private readonly onNotification: (notification: Notification) => Promise<void> | void;
  private readonly deployed = new Map<string, string>();

  constructor(context: ControllerContext, onNotification: (notification: Notification) => Promise<void> | void) {
    this.context = context;
    this.onNotification = onNotification;
  }

  /** Compares the application before and after a status was written. */
  announce(before: Application, after: Application): void {
    const { cluster, trace, clock } = this.context;
    const status = after.status ?? {};
    const subject = `${cluster}/${after.metadata.name}`;
    const details = { sync: status.sync?.status, health: status.health?.status, revision: status.sync?.revision };
    const was = before.status ?? {};
    if (
      was.sync?.status !== status.sync?.status ||
      was.health?.status !== status.health?.status ||
      was.sync?.revision !== status.sync?.revision
    )
      trace.record({ service: 'argocd', name: 'application-status-changed', subject, details });
    const known =
      this.deployed.get(after.metadata.name) ??
      (was.health?.status === 'Healthy' ? was.operationState?.syncResult?.revision : undefined);
    for (const trigger of listTriggers(was, status, known)) {
      if (trigger === 'on-deployed' && status.operationState?.syncResult)
        this.deployed.set(after.metadata.name, status.operationState.syncResult.revision);
      const sent = Promise.resolve()
        .then(() => this.onNotification({ trigger, cluster, application: after }))
        .catch((error: unknown) => {
          const message = error instanceof Error ? error.message : String(error);
          trace.record({
            service: 'argocd',
            name: 'notification-failed',
            subject,
            details: { trigger, error: message },
          });
        });
      void clock.work(sent);
    }
  }
}

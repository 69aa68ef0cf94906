// Argo CD: applications rendered from git, compared with the cluster, synced.
import type { ControllerContext } from '../controllers/controller.ts';
import { startApplicationController } from './application-controller.ts';
import { GitSource } from './git-source.ts';
import type { Notification } from './list-notifications.ts';
import { postNotification } from './post-notification.ts';

export interface ArgoCdOptions {
  /** Maps an Application's `repoURL` to what git fetches from (a path or another URL); the URL itself by default. */
  readonly resolveRepository?: (url: string) => string | Promise<string>;
  /** How often git is asked without a push notification (`timeout.reconciliation`), 180 s by default. */
  readonly reconciliationSeconds?: number;
  /** Called for each of argocd-notifications' standard triggers in place of its webhooks. A rejection is traced and not retried. */
  readonly onNotification?: (notification: Notification) => Promise<void> | void;
}

export interface ArgoCd {
  /** What Argo CD's webhook does: applications of that repository are refreshed at once. */
  notifyPush(repositoryUrl: string): void;
  /** Resolves when no comparison or sync is under way. */
  idle(): Promise<void>;
}

/** Runs until the cluster stops. `directory` keeps the clones. */
export function startArgoCd(context: ControllerContext, directory: string, options: ArgoCdOptions): ArgoCd {
  const git = new GitSource(directory, options.resolveRepository ?? ((url) => url));
  return startApplicationController({
    ...context,
    git,
    reconciliationMilliseconds: (options.reconciliationSeconds ?? 180) * 1000,
    onNotification: options.onNotification ?? ((notification) => postNotification(context.registry, notification)),
  });
}

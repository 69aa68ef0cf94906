// The application controller: refresh from git, compare, run operations, sync automatically, report.

import { type ControllerContext, type ControllerQueue, keyOf, startController } from '../controllers/controller.ts';
import { isSameJson } from '../resources/is-same-json.ts';
import type { ResourceType } from '../resources/resource-type.ts';
import { ApplicationAnnouncer } from './announce-application.ts';
import type { Application, ApplicationStatus } from './application.ts';
import { ApplicationComparer } from './compare-application.ts';
import { listTracked, trackingAnnotation } from './compare-resources.ts';
import type { GitSource } from './git-source.ts';
import type { Notification } from './list-notifications.ts';
import { OperationRunner } from './run-operation.ts';
import { SourceWatches } from './source-watches.ts';
import type { ArgoCd } from './start-argocd.ts';

export interface ApplicationControllerParts extends ControllerContext {
  readonly git: GitSource;
  readonly reconciliationMilliseconds: number;
  readonly onNotification: (notification: Notification) => Promise<void> | void;
}

const refreshAnnotation = 'argocd.argoproj.io/refresh';
const cascadeFinalizer = 'resources-finalizer.argocd.argoproj.io';
const controllerNamespace = 'argocd';
/** After a refresh that failed, git is asked again this soon. */
const failedRefreshMilliseconds = 15_000;

/** Runs until the cluster stops. */
export function startApplicationController(parts: ApplicationControllerParts): ArgoCd {
  const { registry } = parts;
  const type = registry.types.findResource('argoproj.io', 'applications');
  if (!type) throw new Error('the cluster does not serve applications.argoproj.io');
  const controller = new ApplicationController(parts, type);
  const running = new Set<Promise<unknown>>();
  const queue = startController(parts, {
    name: 'argocd-application-controller',
    type,
    relate: ({ object }) => {
      const id = object.metadata.annotations?.[trackingAnnotation];
      return id ? [{ namespace: controllerNamespace, name: id.slice(0, id.indexOf(':')) }] : [];
    },
    reconcile: async ({ namespace, name }, ownQueue) => {
      if (namespace !== controllerNamespace) return;
      const work = controller.reconcile(name, ownQueue);
      running.add(work);
      await work.finally(() => running.delete(work));
    },
  });
  return {
    notifyPush: (repositoryUrl) => {
      for (const application of registry.list<Application>(type, controllerNamespace)) {
        if (normalizeUrl(application.spec.source.repoURL) !== normalizeUrl(repositoryUrl)) continue;
        controller.requestRefresh(application.metadata.name);
        queue.add(keyOf(application));
      }
    },
    idle: async () => {
      await Promise.allSettled([...running]);
    },
  };
}

/** Clone URLs are the same with and without `.git`, over HTTPS and SSH. */
function normalizeUrl(url: string): string {
  return url
    .toLowerCase()
    .replace(/^git@([^:/]+):/, 'https://$1/')
    .replace(/^ssh:\/\/git@/, 'https://')
    .replace(/\/$/, '')
    .replace(/\.git$/, '');
}

class ApplicationController {
  private readonly parts: ApplicationControllerParts;
  private readonly type: ResourceType;
  private readonly comparer: ApplicationComparer;
  private readonly operations: OperationRunner;
  private readonly announcer: ApplicationAnnouncer;
  private readonly refreshRequested = new Set<string>();
  /** When git was asked last and had nothing new, which is not worth a new version of the application. */
  private readonly polledAt = new Map<string, number>();
  private readonly watches: SourceWatches;

  constructor(parts: ApplicationControllerParts, type: ResourceType) {
    this.parts = parts;
    this.type = type;
    this.watches = new SourceWatches(parts.git, parts.stopped);
    this.comparer = new ApplicationComparer(parts, parts.git);
    this.operations = new OperationRunner(parts, parts.git, this.comparer);
    this.announcer = new ApplicationAnnouncer(parts, parts.onNotification);
  }

  requestRefresh(name: string): void {
    this.refreshRequested.add(name);
  }

  async reconcile(name: string, queue: ControllerQueue): Promise<void> {
    const { registry, clock } = this.parts;
    const application = registry.find<Application>(this.type, controllerNamespace, name);
    if (!application) {
      this.comparer.forget(name);
      this.polledAt.delete(name);
      this.watches.forget(name);
      return;
    }
    if (application.metadata.deletionTimestamp) {
      this.finalize(application);
      return;
    }
    const asked = application.metadata.annotations?.[refreshAnnotation] !== undefined;
    const wanted = this.refreshRequested.delete(name) || asked || !this.comparer.hasRead(application);
    const due = wanted || clock.now() >= this.nextPollOf(application);
    if (!wanted && this.comparer.isUnchanged(application)) {
      const isNewest = !due || (await this.poll(application, queue));
      if (isNewest) {
        if (!this.watches.suffices(name)) queue.addAt(keyOf(application), this.nextPollOf(application));
        return;
      }
    }
    const status = due ? await this.comparer.refresh(application) : this.comparer.compare(application);
    // What happened while git was read is compared again.
    const current = registry.get<Application>(this.type, controllerNamespace, name);
    const operated = await this.operations.operate(current, status, queue);
    // A step of a sync leaves a changed cluster behind: the status must say so at once.
    const stepped = operated.operationState !== status.operationState;
    const compared = stepped ? this.comparer.compare({ ...current, status: operated }) : operated;
    this.write(current, compared, due && asked);
    queue.addAt(keyOf(application), Math.max(clock.now() + 1_000, this.nextPollOf({ ...current, status: compared })));
  }

  /** Whether git has nothing new; false too when it cannot be asked. */
  private async poll(application: Application, queue: ControllerQueue): Promise<boolean> {
    const { clock } = this.parts;
    const { name } = application.metadata;
    await this.watches
      .begin(application, () => queue.addAt(keyOf(application), this.followingPollOf(name)))
      .catch(() => undefined);
    if (!(await this.comparer.isNewest(application).catch(() => false))) return false;
    this.polledAt.set(name, clock.now());
    this.watches.confirm(name);
    return true;
  }

  /** When it would be polled next if it had been polled all the time. */
  private followingPollOf(name: string): number {
    const { clock, reconciliationMilliseconds } = this.parts;
    const since = clock.now() - (this.polledAt.get(name) ?? clock.now());
    return clock.now() + reconciliationMilliseconds - (since % reconciliationMilliseconds);
  }

  private nextPollOf({ metadata, status }: Application): number {
    const { reconciliationMilliseconds } = this.parts;
    const interval =
      status?.sync?.status === 'Unknown'
        ? Math.min(failedRefreshMilliseconds, reconciliationMilliseconds)
        : reconciliationMilliseconds;
    const reconciledAt = status?.reconciledAt ? Date.parse(status.reconciledAt) : 0;
    return Math.max(reconciledAt, this.polledAt.get(metadata.name) ?? 0) + interval;
  }

  private write(application: Application, status: ApplicationStatus, clearRefresh: boolean): void {
    const { registry } = this.parts;
    const { name } = application.metadata;
    const started = application.operation !== undefined && application.status?.operationState?.phase !== 'Running';
    const updated = registry.update<Application>(this.type, controllerNamespace, name, (current) => {
      const terminating = current.status?.operationState?.phase === 'Terminating';
      current.status = JSON.parse(JSON.stringify(status)) as ApplicationStatus;
      // A termination that was asked for in the meantime is not lost.
      const state = current.status.operationState;
      if (terminating && state?.phase === 'Running') state.phase = 'Terminating';
      // A request that came in the meantime waits for its turn.
      if (started && isSameJson(current.operation, application.operation)) delete current.operation;
      if (clearRefresh) delete current.metadata.annotations?.[refreshAnnotation];
    });
    this.announcer.announce(application, updated);
  }

  /** With the finalizer, an application takes its resources along. */
  private finalize(application: Application): void {
    const { registry } = this.parts;
    const { name, finalizers = [] } = application.metadata;
    const cascade = finalizers.find((finalizer) => finalizer.startsWith(cascadeFinalizer));
    if (!cascade) return;
    const tracked = listTracked(registry, application);
    for (const { type, object } of tracked)
      if (!object.metadata.deletionTimestamp)
        registry.delete(type, object.metadata.namespace, object.metadata.name, { propagationPolicy: 'Foreground' });
    if (listTracked(registry, application).length > 0) return;
    registry.update<Application>(this.type, controllerNamespace, name, (current) => {
      current.metadata.finalizers = (current.metadata.finalizers ?? []).filter((finalizer) => finalizer !== cascade);
    });
  }
}

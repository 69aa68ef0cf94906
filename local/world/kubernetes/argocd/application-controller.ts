// The application controller: refresh from git, compare, run operations, sync automatically, report.

import { type ControllerContext, type ControllerQueue, keyOf, startController } from '../controllers/controller.ts';
import { isSameJson } from '../resources/is-same-json.ts';
import type { JsonObject } from '../resources/kubernetes-object.ts';
import type { ResourceType } from '../resources/resource-type.ts';
import { advanceSync } from './advance-sync.ts';
import type { Application, ApplicationCondition, ApplicationStatus, OperationState } from './application.ts';
import { compareResources, listTracked, locateTargets, trackingAnnotation } from './compare-resources.ts';
import { decideAutoSync } from './decide-auto-sync.ts';
import { worstHealth } from './decide-health.ts';
import type { GitSource } from './git-source.ts';
import { listTriggers, type Notification } from './list-notifications.ts';
import { parseDurationSeconds } from './parse-duration.ts';
import { type RenderedSource, renderSource } from './render-source.ts';
import type { ArgoCd } from './start-argocd.ts';

export interface ApplicationControllerParts extends ControllerContext {
  readonly git: GitSource;
  readonly reconciliationMilliseconds: number;
  readonly onNotification: (notification: Notification) => Promise<void> | void;
}

interface Comparison {
  readonly source: string;
  readonly revision: string;
  readonly rendered: RenderedSource;
}

const refreshAnnotation = 'argocd.argoproj.io/refresh';
const cascadeFinalizer = 'resources-finalizer.argocd.argoproj.io';
const controllerNamespace = 'argocd';

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
  private readonly comparisons = new Map<string, Comparison>();
  private readonly refreshRequested = new Set<string>();
  private readonly deployed = new Map<string, string>();

  constructor(parts: ApplicationControllerParts, type: ResourceType) {
    this.parts = parts;
    this.type = type;
  }

  requestRefresh(name: string): void {
    this.refreshRequested.add(name);
  }

  async reconcile(name: string, queue: ControllerQueue): Promise<void> {
    const { registry, clock } = this.parts;
    const application = registry.find<Application>(this.type, controllerNamespace, name);
    if (!application) {
      this.comparisons.delete(name);
      return;
    }
    if (application.metadata.deletionTimestamp) {
      this.finalize(application);
      return;
    }
    const asked = application.metadata.annotations?.[refreshAnnotation] !== undefined;
    const reconciledAt = application.status?.reconciledAt;
    const nextPoll = (reconciledAt ? Date.parse(reconciledAt) : 0) + this.parts.reconciliationMilliseconds;
    const known = this.comparisons.get(name);
    const due =
      asked ||
      this.refreshRequested.delete(name) ||
      clock.now() >= nextPoll ||
      known?.source !== JSON.stringify(application.spec.source);
    const status = due ? await this.refresh(application) : this.compare(application, known);
    // What happened while git was read is compared again.
    const current = registry.get<Application>(this.type, controllerNamespace, name);
    const operated = await this.operate(current, status, queue);
    // A step of a sync leaves a changed cluster behind: the status must say so at once.
    const stepped = operated.operationState !== status.operationState;
    const compared = stepped ? this.compare({ ...current, status: operated }, this.comparisons.get(name)) : operated;
    this.write(current, compared, due && asked);
    queue.addAt(
      keyOf(application),
      Math.max(
        clock.now() + 1_000,
        Date.parse(operated.reconciledAt ?? registry.now()) + this.parts.reconciliationMilliseconds,
      ),
    );
  }

  private async refresh(application: Application): Promise<ApplicationStatus> {
    const { git, registry } = this.parts;
    const { source } = application.spec;
    const { name } = application.metadata;
    try {
      this.requireDestination(application);
      const revision = await git.resolveRevision(source.repoURL, source.targetRevision ?? 'HEAD');
      const known = this.comparisons.get(name);
      const unchanged = known?.revision === revision && known.source === JSON.stringify(source);
      const rendered = unchanged ? known.rendered : renderSource(await git.readTree(source.repoURL, revision), source);
      const comparison = { source: JSON.stringify(source), revision, rendered };
      this.comparisons.set(name, comparison);
      return { ...this.compare(application, comparison), reconciledAt: registry.now() };
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.comparisons.set(name, {
        source: JSON.stringify(source),
        revision: '',
        rendered: { sourceType: 'Directory', objects: [] },
      });
      return this.buildUnknown(application, `Failed to load target state: ${why}`);
    }
  }

  /** Throws Error for a destination that is not this cluster. */
  private requireDestination({ spec }: Application): void {
    const { server, name } = spec.destination;
    const own = server === 'https://kubernetes.default.svc' || name === 'in-cluster' || name === this.parts.cluster;
    if (!own) throw new Error(`there are no clusters with this ${server ? `server ${server}` : `name: ${name}`}`);
  }

  private buildUnknown(application: Application, message: string): ApplicationStatus {
    const status = application.status ?? {};
    return {
      ...status,
      sync: { status: 'Unknown', comparedTo: this.comparedTo(application) },
      health: this.buildHealth(application, status.health?.status ?? 'Unknown'),
      conditions: [{ type: 'ComparisonError', message, lastTransitionTime: this.parts.registry.now() }],
      reconciledAt: this.parts.registry.now(),
    };
  }

  private comparedTo({ spec }: Application): { source: Application['spec']['source']; destination: JsonObject } {
    return { source: spec.source, destination: { ...spec.destination } };
  }

  private compare(application: Application, comparison: Comparison | undefined): ApplicationStatus {
    const { registry } = this.parts;
    const status = application.status ?? {};
    // Nothing rendered: the last refresh failed, and its words stand.
    if (!comparison || comparison.revision === '') return status;
    const targets = locateTargets(registry, application, comparison.rendered.objects);
    const resources = compareResources(registry, application, targets);
    const synced = resources.every((resource) => resource.status === 'Synced');
    const health = worstHealth(
      resources.flatMap((resource) => (resource.health && !resource.requiresPruning ? [resource.health.status] : [])),
    );
    return {
      ...status,
      sync: {
        status: synced ? 'Synced' : 'OutOfSync',
        revision: comparison.revision,
        comparedTo: this.comparedTo(application),
      },
      health: this.buildHealth(application, health),
      resources,
      conditions: [],
      sourceType: comparison.rendered.sourceType,
      controllerNamespace,
      summary: { images: listImages(comparison.rendered.objects) },
    };
  }

  private buildHealth(application: Application, status: NonNullable<ApplicationStatus['health']>['status']) {
    const before = application.status?.health;
    const since = before?.status === status ? before.lastTransitionTime : undefined;
    return { status, lastTransitionTime: since ?? this.parts.registry.now() };
  }

  /** Starts, goes on with or finishes an operation. */
  private async operate(
    application: Application,
    status: ApplicationStatus,
    queue: ControllerQueue,
  ): Promise<ApplicationStatus> {
    const { registry, clock } = this.parts;
    const state = status.operationState;
    if (state?.phase === 'Running') return this.goOn(application, status, state, queue);
    const requested = application.operation;
    if (requested) {
      const started: OperationState = {
        operation: requested,
        phase: 'Running',
        message: '',
        startedAt: registry.now(),
      };
      return this.goOn(application, { ...status, operationState: started }, started, queue);
    }
    if (status.sync?.status !== 'OutOfSync' || !status.sync.revision) return status;
    const view = { ...application, status };
    const decision = decideAutoSync(view, status.sync.revision, status.resources ?? [], clock.now());
    if (decision.kind === 'wait') queue.addAt(keyOf(application), decision.until);
    if (decision.kind === 'refuse') return { ...status, conditions: [this.dated(application, decision.condition)] };
    if (decision.kind !== 'sync') return status;
    const started: OperationState = {
      operation: decision.operation,
      phase: 'Running',
      message: '',
      startedAt: registry.now(),
    };
    return this.goOn(application, { ...status, operationState: started }, started, queue);
  }

  private dated(application: Application, condition: ApplicationCondition): ApplicationCondition {
    const before = application.status?.conditions?.find(({ message }) => message === condition.message);
    return { ...condition, lastTransitionTime: before?.lastTransitionTime ?? this.parts.registry.now() };
  }

  private async goOn(
    application: Application,
    status: ApplicationStatus,
    state: OperationState,
    queue: ControllerQueue,
  ): Promise<ApplicationStatus> {
    const { clock, registry } = this.parts;
    const retryAt = findRetryAt(state);
    if (retryAt !== undefined && clock.now() < retryAt) {
      queue.addAt(keyOf(application), retryAt);
      return status;
    }
    const next = await this.step(application, status, {
      ...state,
      ...(retryAt === undefined ? {} : { finishedAt: undefined }),
    });
    if (next.phase === 'Running') return { ...status, operationState: next };
    const limit = state.operation.retry?.limit ?? 0;
    const retries = next.retryCount ?? 0;
    if (next.phase === 'Failed' && (limit < 0 || retries < limit)) {
      const { syncResult: _syncResult, ...rest } = next;
      const waiting: OperationState = {
        ...rest,
        phase: 'Running',
        retryCount: retries + 1,
        message: `${next.message} Retrying attempt #${retries + 1}.`,
        finishedAt: registry.now(),
        ...(next.syncResult ? { syncResult: { ...next.syncResult, resources: [] } } : {}),
      };
      queue.add(keyOf(application));
      return { ...status, operationState: waiting };
    }
    return this.conclude(application, { ...status, operationState: { ...next, finishedAt: registry.now() } });
  }

  private async step(
    application: Application,
    status: ApplicationStatus,
    state: OperationState,
  ): Promise<OperationState> {
    const { registry, git } = this.parts;
    const { source } = application.spec;
    const { operation } = state;
    try {
      const wanted = state.syncResult?.revision ?? operation.sync?.revision ?? status.sync?.revision;
      const revision = await git.resolveRevision(source.repoURL, wanted ?? source.targetRevision ?? 'HEAD');
      const known = this.comparisons.get(application.metadata.name);
      const rendered =
        known?.revision === revision && known.source === JSON.stringify(source)
          ? known.rendered
          : renderSource(await git.readTree(source.repoURL, revision), source);
      const targets = locateTargets(registry, application, rendered.objects);
      const step = advanceSync(registry, application, operation, targets, state.syncResult?.resources ?? []);
      return {
        ...state,
        phase: step.phase,
        message: step.message,
        syncResult: { revision, source, resources: [...step.resources] },
      };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return { ...state, phase: 'Error', message: `ComparisonError: ${message}` };
    }
  }

  private conclude(application: Application, status: ApplicationStatus): ApplicationStatus {
    const { registry, trace, cluster } = this.parts;
    const state = status.operationState;
    if (!state) return status;
    const succeeded = state.phase === 'Succeeded';
    trace.record({
      service: 'argocd',
      name: succeeded ? 'application-synced' : 'application-sync-failed',
      subject: `${cluster}/${application.metadata.name}`,
      details: {
        revision: state.syncResult?.revision,
        message: state.message,
        initiatedBy: state.operation.initiatedBy,
      },
    });
    if (!succeeded || !state.syncResult || state.operation.sync?.resources) return status;
    const history = status.history ?? [];
    const entry = {
      id: (history.at(-1)?.id ?? -1) + 1,
      revision: state.syncResult.revision,
      source: state.syncResult.source,
      deployStartedAt: state.startedAt,
      deployedAt: registry.now(),
      initiatedBy: { ...state.operation.initiatedBy },
    };
    return { ...status, history: [...history, entry].slice(-(application.spec.revisionHistoryLimit ?? 10)) };
  }

  private write(application: Application, status: ApplicationStatus, clearRefresh: boolean): void {
    const { registry } = this.parts;
    const { name } = application.metadata;
    const started = application.operation !== undefined && application.status?.operationState?.phase !== 'Running';
    const updated = registry.update<Application>(this.type, controllerNamespace, name, (current) => {
      current.status = JSON.parse(JSON.stringify(status)) as ApplicationStatus;
      // A request that came in the meantime waits for its turn.
      if (started && isSameJson(current.operation, application.operation)) delete current.operation;
      if (clearRefresh) delete current.metadata.annotations?.[refreshAnnotation];
    });
    this.announce(application, updated);
  }

  private announce(before: Application, after: Application): void {
    const { cluster, trace, clock } = this.parts;
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
        .then(() => this.parts.onNotification({ trigger, cluster, application: after }))
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

/** When a failed attempt is repeated; undefined when none is waiting. */
function findRetryAt(state: OperationState): number | undefined {
  if (!state.finishedAt || !state.retryCount) return undefined;
  const { duration = '5s', factor = 2, maxDuration = '3m' } = state.operation.retry?.backoff ?? {};
  const seconds = Math.min(
    parseDurationSeconds(maxDuration),
    parseDurationSeconds(duration) * factor ** (state.retryCount - 1),
  );
  return Date.parse(state.finishedAt) + seconds * 1000;
}

function listImages(objects: readonly JsonObject[]): string[] {
  const images = new Set<string>();
  JSON.stringify(objects, (key, value: unknown) => {
    if (key === 'image' && typeof value === 'string') images.add(value);
    return value;
  });
  return [...images].sort();
}

// Operations on an application: asked for by a person or by auto-sync, run step by step, retried, concluded.
import { type ControllerContext, type ControllerQueue, keyOf } from '../controllers/controller.ts';
import { advanceSync } from './advance-sync.ts';
import type { Application, ApplicationCondition, ApplicationStatus, Operation, OperationState } from './application.ts';
import type { ApplicationComparer } from './compare-application.ts';
import { locateTargets } from './compare-resources.ts';
import { decideAutoSync } from './decide-auto-sync.ts';
import type { GitSource } from './git-source.ts';
import { parseDurationSeconds } from './parse-duration.ts';

export class OperationRunner {
  private readonly context: ControllerContext;
  private readonly git: GitSource;
  private readonly comparer: ApplicationComparer;

  constructor(context: ControllerContext, git: GitSource, comparer: ApplicationComparer) {
    this.context = context;
    this.git = git;
    this.comparer = comparer;
  }

  /** Starts, goes on with or finishes an operation. */
  async operate(
    application: Application,
    status: ApplicationStatus,
    queue: ControllerQueue,
  ): Promise<ApplicationStatus> {
    const { registry, clock } = this.context;
    const state = status.operationState;
    if (state?.phase === 'Terminating') {
      const ended = { ...state, phase: 'Failed' as const, message: 'Operation terminated', finishedAt: registry.now() };
      return this.conclude(application, { ...status, operationState: ended });
    }
    if (state?.phase === 'Running') return this.goOn(application, status, state, queue);
    const requested = application.operation;
    if (requested) {
      return this.begin(application, status, requested, queue);
    }
    if (status.sync?.status !== 'OutOfSync' || !status.sync.revision) return status;
    const view = { ...application, status };
    const decision = decideAutoSync(view, status.sync.revision, status.resources ?? [], clock.now());
    if (decision.kind === 'wait') queue.addAt(keyOf(application), decision.until);
    if (decision.kind === 'refuse') return { ...status, conditions: [this.dated(application, decision.condition)] };
    if (decision.kind !== 'sync') return status;
    return this.begin(application, status, decision.operation, queue);
  }

  private begin(
    application: Application,
    status: ApplicationStatus,
    operation: Operation,
    queue: ControllerQueue,
  ): Promise<ApplicationStatus> {
    const startedAt = this.context.registry.now();
    const started: OperationState = { operation, phase: 'Running', message: '', startedAt };
    return this.goOn(application, { ...status, operationState: started }, started, queue);
  }

  private dated(application: Application, condition: ApplicationCondition): ApplicationCondition {
    const before = application.status?.conditions?.find(({ message }) => message === condition.message);
    return { ...condition, lastTransitionTime: before?.lastTransitionTime ?? this.context.registry.now() };
  }

  private async goOn(
    application: Application,
    status: ApplicationStatus,
    state: OperationState,
    queue: ControllerQueue,
  ): Promise<ApplicationStatus> {
    const { clock, registry } = this.context;
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
    const { registry } = this.context;
    const { source } = application.spec;
    const { operation } = state;
    try {
      const wanted = state.syncResult?.revision ?? operation.sync?.revision ?? status.sync?.revision;
      const revision = await this.git.resolveRevision(source.repoURL, wanted ?? source.targetRevision ?? 'HEAD');
      const rendered = await this.comparer.render(application, revision);
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
    const { registry, trace, cluster } = this.context;
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

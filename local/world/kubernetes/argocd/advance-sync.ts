// One step of a running sync: hooks and waves in their order, each wave healthy before the next one begins.
// https://argo-cd.readthedocs.io/en/stable/user-guide/sync-waves/
import { findField } from '../resources/json-path.ts';
import type { ObjectRegistry } from '../storage/object-registry.ts';
import type { Application, Health, Operation, OperationState, ResourceResult } from './application.ts';
import { applyTarget, compareTargets, pruneObject } from './apply-target.ts';
import { listTracked, type Target } from './compare-resources.ts';
import { decideHealth } from './decide-health.ts';

type SyncPhase = 'PreSync' | 'Sync' | 'PostSync';

export interface SyncStep {
  readonly phase: OperationState['phase'];
  readonly message: string;
  readonly resources: readonly ResourceResult[];
}

/** `done` is what earlier steps of the same operation did. Stores objects; calling it again goes on from what it returned. */
export function advanceSync(
  registry: ObjectRegistry,
  application: Application,
  operation: Operation,
  targets: readonly Target[],
  done: readonly ResourceResult[],
): SyncStep {
  const options = [...(application.spec.syncPolicy?.syncOptions ?? []), ...(operation.sync?.syncOptions ?? [])];
  const createNamespace = options.includes('CreateNamespace=true');
  const resources = [...done];
  const selected = targets.filter((target) => isSelected(operation, target));
  const groups = groupTargets(selected);
  for (const [index, { phase, members }] of groups.entries()) {
    const pending = members.filter((target) => !findResult(resources, target));
    for (const target of pending) {
      if (target.hook) removeFormerHook(registry, target);
      const result = applyTarget(registry, target, { createNamespace });
      const hook = target.hook ? { hookType: target.hook, hookPhase: 'Running' as const } : {};
      resources.push({ ...result, ...hook, syncPhase: phase });
    }
    const failed = resources.filter((result) => result.status === 'SyncFailed');
    if (failed.length > 0) {
      const reasons = failed.map((result) => result.message).join(', ');
      return { phase: 'Failed', message: `one or more objects failed to apply, reason: ${reasons}`, resources };
    }
    const isLast = index === groups.length - 1;
    const waiting = waitFor(registry, members, isLast);
    if (waiting) return { ...waiting, resources: markHooks(registry, resources) };
  }
  if (operation.sync?.prune && !operation.sync.resources)
    for (const { type, object } of listTracked(registry, application))
      if (
        !targets.some(
          (target) =>
            target.type === type &&
            target.namespace === (object.metadata.namespace ?? '') &&
            target.name === object.metadata.name,
        )
      )
        if (!object.metadata.deletionTimestamp)
          resources.push({ ...pruneObject(registry, type, object), syncPhase: 'Sync' });
  const finished = markHooks(registry, resources);
  removeSucceededHooks(registry, selected);
  return { phase: 'Succeeded', message: 'successfully synced (all tasks run)', resources: finished };
}

function isSelected(operation: Operation, target: Target): boolean {
  const chosen = operation.sync?.resources;
  if (!chosen) return target.hook !== 'SyncFail';
  // A partial sync runs no hooks.
  if (target.hook) return false;
  return chosen.some(
    (resource) =>
      (resource.group ?? '') === target.group &&
      resource.kind === target.kind &&
      resource.name === target.name &&
      (resource.namespace ?? target.namespace) === target.namespace,
  );
}

function groupTargets(targets: readonly Target[]): { phase: SyncPhase; members: Target[] }[] {
  const phases: readonly SyncPhase[] = ['PreSync', 'Sync', 'PostSync'];
  return phases.flatMap((phase) => {
    const own = targets.filter((target) => (target.hook ?? 'Sync') === phase);
    const waves = [...new Set(own.map((target) => target.wave))].sort((a, b) => a - b);
    return waves.map((wave) => ({ phase, members: own.filter((target) => target.wave === wave).sort(compareTargets) }));
  });
}

/** What keeps the sync from going on; undefined when nothing does. Plain resources of the last group are not waited for. */
function waitFor(
  registry: ObjectRegistry,
  members: readonly Target[],
  isLast: boolean,
): { phase: 'Running' | 'Failed'; message: string } | undefined {
  const describe = (target: Target) => `${target.group ? `${target.group}/` : ''}${target.kind}/${target.name}`;
  const unready = members
    .filter((target) => target.hook || !isLast)
    .map((target) => ({ target, health: healthOf(registry, target) }))
    .filter(({ health }) => health.status !== 'Healthy');
  const broken = unready.filter(({ health }) => health.status === 'Degraded');
  const [first] = unready;
  if (broken.length > 0) {
    const reasons = broken
      .map(({ target, health }) => `${describe(target)}: ${health.message ?? 'degraded'}`)
      .join(', ');
    return {
      phase: 'Failed',
      message: `one or more synchronization tasks completed unsuccessfully, reason: ${reasons}`,
    };
  }
  if (!first) return undefined;
  const what = first.target.hook ? 'completion of hook' : 'healthy state of';
  const more = unready.length > 1 ? ` and ${unready.length - 1} more ${first.target.hook ? 'hooks' : 'resources'}` : '';
  return { phase: 'Running', message: `waiting for ${what} ${describe(first.target)}${more}` };
}

function healthOf(registry: ObjectRegistry, target: Target): Health {
  const live = target.type && registry.find(target.type, target.namespace, target.name);
  if (!live) return target.hook ? { status: 'Healthy' } : { status: 'Missing' };
  return decideHealth(live) ?? { status: 'Healthy' };
}

function findResult(results: readonly ResourceResult[], target: Target): ResourceResult | undefined {
  return results.find(
    (result) =>
      result.group === target.group &&
      result.kind === target.kind &&
      result.namespace === target.namespace &&
      result.name === target.name,
  );
}

function markHooks(registry: ObjectRegistry, results: readonly ResourceResult[]): ResourceResult[] {
  return results.map((result) => {
    if (!result.hookType) return result;
    const type = registry.types.findKind(
      result.group ? `${result.group}/${result.version}` : result.version,
      result.kind,
    );
    const live = type && registry.find(type, result.namespace, result.name);
    const status = live ? decideHealth(live)?.status : 'Healthy';
    const hookPhase =
      status === 'Degraded' ? 'Failed' : status === 'Healthy' || status === undefined ? 'Succeeded' : 'Running';
    return { ...result, hookPhase };
  });
}

const deletePolicy = "metadata.annotations['argocd.argoproj.io/hook-delete-policy']";

/** A hook runs anew in each sync: what the last one left goes first (BeforeHookCreation). */
function removeFormerHook(registry: ObjectRegistry, target: Target): void {
  if (target.type && registry.find(target.type, target.namespace, target.name))
    registry.delete(target.type, target.namespace, target.name, { propagationPolicy: 'Background' });
}

function removeSucceededHooks(registry: ObjectRegistry, targets: readonly Target[]): void {
  for (const target of targets)
    if (target.hook && String(findField(target.object, deletePolicy)).includes('HookSucceeded'))
      removeFormerHook(registry, target);
}

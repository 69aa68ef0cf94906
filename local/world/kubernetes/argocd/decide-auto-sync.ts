// Whether an application that is out of sync is synced by itself now; pure.
// https://argo-cd.readthedocs.io/en/stable/user-guide/auto_sync/
import type { Application, ApplicationCondition, Operation, ResourceStatus } from './application.ts';

/** How long self-heal waits after the last operation (`--self-heal-timeout-seconds`). */
const selfHealDelayMilliseconds = 5_000;

export type AutoSyncDecision =
  | { readonly kind: 'sync'; readonly operation: Operation }
  | { readonly kind: 'wait'; readonly until: number }
  | { readonly kind: 'refuse'; readonly condition: ApplicationCondition }
  | { readonly kind: 'nothing' };

/** `revision` is the one compared to; `nowMilliseconds` is virtual. */
export function decideAutoSync(
  application: Application,
  revision: string,
  resources: readonly ResourceStatus[],
  nowMilliseconds: number,
): AutoSyncDecision {
  const { automated, retry } = application.spec.syncPolicy ?? {};
  if (!automated || automated.enabled === false) return { kind: 'nothing' };
  const outOfSync = resources.filter((resource) => resource.status === 'OutOfSync');
  const toPrune = outOfSync.filter((resource) => resource.requiresPruning);
  if (outOfSync.length === 0 || (!automated.prune && toPrune.length === outOfSync.length)) return { kind: 'nothing' };
  if (automated.prune && !automated.allowEmpty && toPrune.length === resources.length)
    return refuse(`Skipping sync attempt to ${revision}: auto-sync will wipe out all resources`);
  const operation: Operation = {
    sync: { revision, ...(automated.prune ? { prune: true } : {}) },
    retry: retry ?? { limit: 5 },
    initiatedBy: { automated: true },
  };
  const last = application.status?.operationState;
  const attempted = last?.syncResult?.revision === revision && sameSource(application);
  if (!attempted) return { kind: 'sync', operation };
  // The same revision is not tried again after a failure: only a new commit, or a person, goes on.
  if (last?.phase !== 'Succeeded') return refuse(`Failed last sync attempt to [${revision}]: ${last?.message ?? ''}`);
  if (!automated.selfHeal) return { kind: 'nothing' };
  const until = Date.parse(last.finishedAt ?? last.startedAt) + selfHealDelayMilliseconds;
  if (nowMilliseconds < until) return { kind: 'wait', until };
  const chosen = outOfSync
    .filter((resource) => !resource.requiresPruning)
    .map(({ group = '', kind, name, namespace }) => ({ group, kind, name, ...(namespace ? { namespace } : {}) }));
  return {
    kind: 'sync',
    operation: { ...operation, sync: { ...operation.sync, ...(toPrune.length > 0 ? {} : { resources: chosen }) } },
  };
}

function sameSource({ spec, status }: Application): boolean {
  const source = status?.operationState?.syncResult?.source;
  return source?.repoURL === spec.source.repoURL && (source.path ?? '') === (spec.source.path ?? '');
}

function refuse(message: string): AutoSyncDecision {
  return { kind: 'refuse', condition: { type: 'SyncError', message } };
}

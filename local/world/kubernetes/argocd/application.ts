// Argo CD's Application, as far as the controller reads and writes it.
// https://argo-cd.readthedocs.io/en/stable/operator-manual/application.yaml
import type { JsonObject, KubernetesObject } from '../resources/kubernetes-object.ts';

export type HealthStatus = 'Healthy' | 'Suspended' | 'Progressing' | 'Missing' | 'Degraded' | 'Unknown';

export interface Health {
  readonly status: HealthStatus;
  readonly message?: string;
}

export interface ApplicationSource {
  repoURL: string;
  path?: string;
  targetRevision?: string;
  directory?: { recurse?: boolean };
  kustomize?: {
    images?: string[];
    namespace?: string;
    namePrefix?: string;
    nameSuffix?: string;
    commonLabels?: Record<string, string>;
    commonAnnotations?: Record<string, string>;
  };
}

export interface RetryStrategy {
  limit?: number;
  backoff?: { duration?: string; factor?: number; maxDuration?: string };
}

export interface Operation {
  sync?: {
    revision?: string;
    prune?: boolean;
    dryRun?: boolean;
    syncOptions?: string[];
    resources?: { group?: string; kind: string; name: string; namespace?: string }[];
  };
  retry?: RetryStrategy;
  initiatedBy?: { username?: string; automated?: boolean };
}

export type OperationPhase = 'Running' | 'Succeeded' | 'Failed' | 'Error' | 'Terminating';

/** What a sync did to one resource. */
export interface ResourceResult {
  group: string;
  version: string;
  kind: string;
  namespace: string;
  name: string;
  status?: 'Synced' | 'SyncFailed' | 'Pruned' | 'PruneSkipped';
  message?: string;
  hookType?: string;
  hookPhase?: OperationPhase;
  syncPhase?: 'PreSync' | 'Sync' | 'PostSync' | 'SyncFail';
}

export interface OperationState {
  operation: Operation;
  phase: OperationPhase;
  message?: string;
  startedAt: string;
  finishedAt?: string;
  retryCount?: number;
  syncResult?: { revision: string; source: ApplicationSource; resources: ResourceResult[] };
}

export interface ResourceStatus {
  group?: string;
  version: string;
  kind: string;
  namespace?: string;
  name: string;
  status: 'Synced' | 'OutOfSync';
  health?: Health;
  hook?: boolean;
  requiresPruning?: boolean;
  syncWave?: number;
}

export interface ApplicationCondition {
  type: string;
  message: string;
  lastTransitionTime?: string;
}

export interface ApplicationStatus {
  sync?: {
    status: 'Synced' | 'OutOfSync' | 'Unknown';
    revision?: string;
    comparedTo?: { source: ApplicationSource; destination: JsonObject };
  };
  health?: { status: HealthStatus; lastTransitionTime?: string };
  operationState?: OperationState;
  history?: {
    id: number;
    revision: string;
    source: ApplicationSource;
    deployStartedAt: string;
    deployedAt: string;
    initiatedBy: JsonObject;
  }[];
  resources?: ResourceStatus[];
  conditions?: ApplicationCondition[];
  reconciledAt?: string;
  observedAt?: string;
  sourceType?: string;
  controllerNamespace?: string;
  summary?: { images?: string[] };
}

export interface Application extends KubernetesObject {
  spec: {
    project: string;
    source: ApplicationSource;
    destination: { server?: string; name?: string; namespace?: string };
    syncPolicy?: {
      automated?: { enabled?: boolean; prune?: boolean; selfHeal?: boolean; allowEmpty?: boolean };
      syncOptions?: string[];
      retry?: RetryStrategy;
    };
    ignoreDifferences?: { group?: string; kind: string; name?: string; namespace?: string; jsonPointers?: string[] }[];
    revisionHistoryLimit?: number;
  };
  operation?: Operation;
  status?: ApplicationStatus;
}

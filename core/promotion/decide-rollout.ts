// Has the commit arrived and does it work? Judges what Argo CD and Kubernetes say, within the environment's time.
import { decideWorkload } from './strategies/decide-workload.ts';
import {
  type ChangeFacts,
  joinVerdicts,
  type RolloutVerdict,
  type Strategy,
  type WorkloadObservation,
} from './strategies/strategy.ts';

/** What Argo CD says of the environment's Application. */
export interface ApplicationObservation {
  readonly syncStatus: string | undefined;
  /** The revision that Argo CD compared with last. */
  readonly syncRevision: string | undefined;
  readonly healthStatus: string | undefined;
  readonly healthMessage: string | undefined;
  /** Running, Succeeded, Failed, Error … of the last sync operation. */
  readonly operationPhase: string | undefined;
  readonly operationMessage: string | undefined;
  /** The revision that the last sync operation applied. */
  readonly operationRevision: string | undefined;
}

export interface RolloutFacts {
  readonly application: ApplicationObservation;
  readonly workloads: readonly WorkloadObservation[];
  /** By service the digest that shall run. */
  readonly digests: Readonly<Record<string, string>>;
  /** Whether the revision that Argo CD has is our commit or contains it. */
  readonly hasOurRevision: boolean;
  /** The same of the revision that the last sync operation was for. */
  readonly operationHasOurRevision: boolean;
  /** Whether the version was pinned past Git: then only what runs counts. */
  readonly isPinned?: boolean;
  readonly change: ChangeFacts;
  readonly elapsedSeconds: number;
  readonly timeoutSeconds: number;
}

export interface RolloutDecision extends RolloutVerdict {
  readonly pollSeconds: number;
}

/** A stale `Synced, Healthy` counts for nothing until the revision is ours. Failures carry the reason a person needs. */
export function decideRollout(strategy: Strategy, facts: RolloutFacts): RolloutDecision {
  const verdict = judge(strategy, facts);
  if (verdict.status === 'progressing' && facts.elapsedSeconds >= facts.timeoutSeconds) {
    const minutes = Math.round(facts.timeoutSeconds / 60);
    return {
      ...verdict,
      status: 'failed',
      words: `not healthy within ${minutes} minutes: ${verdict.words}`,
      pollSeconds: 1,
    };
  }
  return { ...verdict, pollSeconds: decidePollSeconds(facts.elapsedSeconds) };
}

function judge(strategy: Strategy, facts: RolloutFacts): RolloutVerdict {
  const { application } = facts;
  if (facts.isPinned === true) {
    return joinVerdicts(facts.workloads.map((workload) => decideWorkload(workload, facts.digests[workload.service])));
  }
  const hasFailed = application.operationPhase === 'Failed' || application.operationPhase === 'Error';
  if (hasFailed && facts.operationHasOurRevision) {
    return {
      status: 'failed',
      words: `Argo CD cannot apply the commit: ${application.operationMessage ?? 'no message'}`,
    };
  }
  if (!facts.hasOurRevision) {
    return {
      status: 'progressing',
      words: `Argo CD stands at ${application.syncRevision?.slice(0, 7) ?? 'no revision'}`,
    };
  }
  const rollout = strategy.decide(facts.workloads, facts.digests, facts.change);
  if (rollout.status === 'failed') return rollout;
  if (application.syncStatus !== 'Synced') {
    return { status: 'progressing', words: `Argo CD says ${application.syncStatus ?? 'nothing'}` };
  }
  if (rollout.status === 'progressing') return rollout;
  if (application.healthStatus === 'Healthy' || !strategy.needsHealthyApplication) return rollout;
  const message = application.healthMessage === undefined ? '' : `: ${application.healthMessage}`;
  return { status: 'progressing', words: `Argo CD says ${application.healthStatus ?? 'nothing of health'}${message}` };
}

/** A fallback: what happens in the cluster is told. Later so seldom that hours fit into an execution's history. */
function decidePollSeconds(elapsedSeconds: number): number {
  return elapsedSeconds < 300 ? 10 : 30;
}

// How a new version takes over: the port that rolling, blue-green and canary releases share.
import type { PhaseName, RolloutTarget } from '../../../contracts/workflows/rollout.ts';

/** What Kubernetes says of a service's Deployment. */
export interface WorkloadObservation {
  readonly service: string;
  /** The image that the Deployment's template names, with digest. */
  readonly image: string | undefined;
  readonly desiredReplicas: number;
  readonly updatedReplicas: number;
  readonly availableReplicas: number;
  readonly totalReplicas: number;
  /** Whether the controller has seen the newest template. */
  readonly isObserved: boolean;
  /** Reason of a condition Progressing=False, such as ProgressDeadlineExceeded. */
  readonly stalledBecause: string | undefined;
  /** What its pods complain of, such as `CrashLoopBackOff: exit code 1`; in words, each once. */
  readonly podProblems: readonly string[];
  /** What Flagger says, where it shifts the traffic. */
  readonly canary?: CanaryObservation;
}

/** What Flagger says of a service's Canary. */
export interface CanaryObservation {
  /** Initializing, Initialized, Waiting, Progressing, WaitingPromotion, Promoting, Finalising, Succeeded, Failed; empty at first. */
  readonly phase: string;
  readonly weight: number;
  readonly failedChecks: number;
  readonly isSuspended: boolean;
  /** When the phase was entered, by the cluster's clock; undefined before Flagger has looked. */
  readonly phaseSince: string | undefined;
  /** What Flagger said last when it did not go on, such as `Halt … success rate 70.00% < 99%`. */
  readonly haltedBecause: string | undefined;
}

export interface RolloutVerdict {
  readonly status: 'progressing' | 'healthy' | 'failed';
  /** What a person needs to know. */
  readonly words: string;
  /** Set when the analysis failed for want of data: nobody knows whether the version is bad. */
  readonly hadNoData?: boolean;
  /** Set while it waits at a gate of ours: that says nothing of the version. */
  readonly isHeld?: boolean;
}

/** A service with the image that it shall run. */
export interface ServiceImage {
  readonly service: string;
  /** Name of its Deployment and Service in the base. */
  readonly deployment: string;
  /** Image repository without tag or digest. */
  readonly image: string;
  readonly digest: string;
  readonly tag: string;
}

/** What of the change matters to a strategy. */
export interface ChangeFacts {
  readonly change: 'promotion' | 'rollback';
  /** When the phase reached Git, ISO 8601. */
  readonly committedAt: string;
}

/** A short list of phases: each commits to Git, waits for what that brings about, and has it proved by smoke tests. */
export interface Strategy {
  readonly name: string;
  /** In their order. Every change goes through all of them; a phase with nothing to commit still proves what it is about. */
  readonly phases: readonly [PhaseName, ...PhaseName[]];
  /** Whether Argo CD's health of the whole environment counts, or only what is observed of the services themselves. */
  readonly needsHealthyApplication: boolean;
  /** The overlay with the phase written into it; the same text when it says so already. */
  write(phase: PhaseName, overlay: string, images: readonly ServiceImage[], change: ChangeFacts['change']): string;
  /** Where the phase's result shows, given the overlay that it was written to. */
  locate(phase: PhaseName, overlay: string, images: readonly ServiceImage[]): RolloutTarget[];
  /** `digests`: by service the digest that shall run. */
  decide(
    workloads: readonly WorkloadObservation[],
    digests: Readonly<Record<string, string>>,
    change: ChangeFacts,
  ): RolloutVerdict;
}

/** What the services say together: a failure first, then whatever is not there yet. */
export function joinVerdicts(verdicts: readonly RolloutVerdict[]): RolloutVerdict {
  const decisive =
    verdicts.find(({ status }) => status === 'failed') ?? verdicts.find(({ status }) => status !== 'healthy');
  return decisive ?? { status: 'healthy', words: verdicts.map(({ words }) => words).join(', ') };
}

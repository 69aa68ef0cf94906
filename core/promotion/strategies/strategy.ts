// How a new version takes over: the port that rolling, blue-green and canary releases share.

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
}

export interface RolloutVerdict {
  readonly status: 'progressing' | 'healthy' | 'failed';
  /** What a person needs to know. */
  readonly words: string;
}

/** Judges how far the new version has taken over. */
export interface Strategy {
  readonly name: string;
  /** `digests`: by service the digest that shall run. */
  decide(workloads: readonly WorkloadObservation[], digests: Readonly<Record<string, string>>): RolloutVerdict;
}

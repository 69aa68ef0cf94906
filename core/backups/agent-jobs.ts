// The Jobs of the backup agent, as a workflow sees them.

export interface AgentJobStatus {
  readonly status: 'running' | 'succeeded' | 'failed' | 'missing';
  /** Of one that has ended: what Kubernetes says. */
  readonly reason: string;
}

export interface AgentJobs {
  /** Does nothing when a Job of that name is there already. */
  create(job: { readonly cluster: string; readonly namespace: string; readonly manifest: object }): Promise<void>;
  /** Returns when neither it nor a pod of it is there any more. @throws AppError `UpstreamUnavailableError` when that takes too long. */
  remove(job: { readonly cluster: string; readonly namespace: string; readonly name: string }): Promise<void>;
  read(job: { readonly cluster: string; readonly namespace: string; readonly name: string }): Promise<AgentJobStatus>;
}

/** Looks soon at first, for most databases are small, and seldom later: a long dump must not fill the execution's history. */
export function decideWaitSeconds(startedAt: string, now: string): number {
  const elapsedSeconds = (Date.parse(now) - Date.parse(startedAt)) / 1000;
  return Math.min(60, Math.max(2, Math.round(elapsedSeconds / 10)));
}

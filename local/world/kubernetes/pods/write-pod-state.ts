// What the kubelet writes into a pod's status, and tells the trace.
import { keyOf, type ObjectKey } from '../controllers/controller.ts';
import { pods } from '../resources/built-in-types.ts';
import type { ContainerState, Pod } from '../resources/workload-types.ts';
import type { NodeAgentParts } from './node-agent-parts.ts';
import { withContainerState } from './pod-status.ts';

export function setState(
  parts: NodeAgentParts,
  pod: Pod,
  state: ContainerState,
  options: { phase: NonNullable<Pod['status']>['phase']; ready: boolean; attempt: number },
): void {
  setStatus(parts, pod, (status) => withContainerState(status, state, parts.registry.now(), options));
}

type Status = NonNullable<Pod['status']>;

export function setStatus({ registry }: NodeAgentParts, pod: Pod, change: (status: Status) => Status): void {
  const { namespace, name } = pod.metadata;
  const write = (current: Pod) => {
    current.status = change(current.status ?? {});
  };
  registry.update<Pod>(pods, namespace, name, write, { subresource: 'status' });
}

export function trace(parts: NodeAgentParts, name: string, pod: Pod, details: Record<string, unknown>): void {
  const key: ObjectKey = keyOf(pod);
  parts.trace.record({
    service: 'kubernetes',
    name,
    subject: `${parts.cluster}/${key.namespace}/${key.name}`,
    details,
  });
}

/** Its container has ended. */
export function finish(parts: NodeAgentParts, pod: Pod, attempt: number, exitCode: number, startedAt: string): void {
  const reason = exitCode === 0 ? 'Completed' : 'Error';
  const finishedAt = parts.registry.now();
  parts.logs.end(pod);
  setState(
    parts,
    pod,
    { terminated: { exitCode, reason, startedAt, finishedAt } },
    { phase: 'Running', ready: false, attempt },
  );
}

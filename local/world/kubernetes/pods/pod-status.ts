// The statuses a pod goes through; pure.

import { withCondition } from '../controllers/conditions.ts';
import type { Condition } from '../resources/kubernetes-object.ts';
import type { ContainerState, ContainerStatus, Pod } from '../resources/workload-types.ts';

type Status = NonNullable<Pod['status']>;

/** A pod on its node whose containers are still being created. */
export function buildScheduledStatus(pod: Pod, now: string, ip: string): Status {
  const waiting = { waiting: { reason: 'ContainerCreating' } };
  const status: Status = {
    phase: 'Pending',
    hostIP: '10.0.0.1',
    podIP: ip,
    podIPs: [{ ip }],
    startTime: now,
    qosClass: 'BestEffort',
    conditions: [],
    containerStatuses: pod.spec.containers.map((container) => ({
      name: container.name,
      image: container.image,
      imageID: '',
      ready: false,
      started: false,
      restartCount: 0,
      state: waiting,
      lastState: {},
    })),
  };
  status.conditions = setAll(status.conditions, ['PodScheduled', 'Initialized'], 'True', now);
  return withReadiness(status, false, now);
}

/** Every container in that state. `attempt` counts restarts. */
export function withContainerState(
  status: Status,
  state: ContainerState,
  now: string,
  options: { phase: Status['phase']; ready: boolean; attempt: number },
): Status {
  const containerStatuses = (status.containerStatuses ?? []).map((container) => {
    const ended = container.state.terminated ?? undefined;
    const restarted = options.attempt > container.restartCount || (state.waiting !== undefined && ended !== undefined);
    const updated: ContainerStatus = {
      ...container,
      imageID: state.running || state.terminated ? container.image : container.imageID,
      ready: options.ready,
      started: state.running !== undefined,
      restartCount: options.attempt,
      state,
      lastState: restarted && ended ? { terminated: ended } : container.lastState,
    };
    return updated;
  });
  const reason = options.phase === 'Succeeded' ? 'PodCompleted' : undefined;
  return withReadiness({ ...status, phase: options.phase ?? 'Pending', containerStatuses }, options.ready, now, reason);
}

function withReadiness(status: Status, ready: boolean, now: string, reason?: string): Status {
  const names = (status.containerStatuses ?? []).map((container) => container.name).join(' ');
  const why = ready
    ? {}
    : reason
      ? { reason }
      : { reason: 'ContainersNotReady', message: `containers with unready status: [${names}]` };
  const conditions = ['ContainersReady', 'Ready'].reduce<Condition[]>(
    (list, type) => withCondition(list, { type, status: ready ? 'True' : 'False', ...why }, now),
    status.conditions ?? [],
  );
  return { ...status, conditions };
}

function setAll(
  conditions: Condition[] | undefined,
  types: readonly string[],
  status: Condition['status'],
  now: string,
) {
  return types.reduce<Condition[]>((list, type) => withCondition(list, { type, status }, now), conditions ?? []);
}

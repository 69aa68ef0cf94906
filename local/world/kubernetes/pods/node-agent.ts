// What the kubelet does: pods are placed, started, crash, are restarted, end.
import { type ControllerQueue, keyOf, startController } from '../controllers/controller.ts';
import { recordEvent } from '../controllers/record-event.ts';
import { pods } from '../resources/built-in-types.ts';
import type { ContainerState, Pod } from '../resources/workload-types.ts';
import type { ContainerProcess } from './container-process.ts';
import type { ImageBehaviour } from './image-behaviour.ts';
import { findProcessContainer, startProcess } from './job-process.ts';
import type { NodeAgentParts } from './node-agent-parts.ts';
import { buildScheduledStatus } from './pod-status.ts';
import { finish, setState, setStatus, trace } from './write-pod-state.ts';

const component = 'kubelet';
const firstBackOffSeconds = 10;
const longestBackOffSeconds = 300;
const terminationSeconds = 1;

/** Runs pods until the cluster stops; then its processes are killed. */
export function startNodeAgent(parts: NodeAgentParts): void {
  const processes = new Map<string, ContainerProcess>();
  startController(parts, {
    name: component,
    type: pods,
    reconcile: ({ namespace, name }, queue) => {
      const pod = parts.registry.find<Pod>(pods, namespace, name);
      if (pod) step(parts, processes, pod, queue);
    },
  });
  parts.stopped.addEventListener('abort', () => {
    for (const running of processes.values()) running.kill(1_000);
  });
}

/** One step of the pod's life; the next one follows from the status it leaves. */
function step(parts: NodeAgentParts, processes: Map<string, ContainerProcess>, pod: Pod, queue: ControllerQueue): void {
  if (pod.metadata.deletionTimestamp) {
    terminate(parts, processes, pod, queue);
    return;
  }
  if (!pod.spec.nodeName) {
    place(parts, pod);
    return;
  }
  const container = pod.status?.containerStatuses?.[0];
  if (!container || pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed') return;
  const { state, restartCount } = container;
  if (state.waiting) {
    startWhenDue(parts, processes, pod, state.waiting.reason, restartCount, queue);
    return;
  }
  if (state.terminated) {
    restartOrEnd(parts, pod, state.terminated, restartCount);
    return;
  }
  if (state.running) {
    keepRunning(parts, processes, pod, state.running.startedAt, restartCount, queue);
    return;
  }
}

function place(parts: NodeAgentParts, pod: Pod): void {
  const { registry, nodeName } = parts;
  const { namespace, name } = pod.metadata;
  registry.update<Pod>(pods, namespace, name, (current) => {
    current.spec.nodeName = nodeName;
  });
  const [, high = 0, low = 0] = Buffer.from(pod.metadata.uid.replaceAll('-', ''), 'hex');
  const status = buildScheduledStatus(pod, registry.now(), `10.244.${high}.${low}`);
  setStatus(parts, pod, () => status);
  const message = `Successfully assigned ${namespace}/${name} to ${nodeName}`;
  recordEvent(registry, pod, { reason: 'Scheduled', message, component: 'default-scheduler' });
}

function startWhenDue(
  parts: NodeAgentParts,
  processes: Map<string, ContainerProcess>,
  pod: Pod,
  reason: string,
  attempt: number,
  queue: ControllerQueue,
): void {
  const behaviour = behaviourOf(parts, pod);
  if (behaviour.pullError) {
    failPull(parts, pod, reason, queue);
    return;
  }
  const terminated = pod.status?.containerStatuses?.[0]?.lastState.terminated;
  const since = Date.parse(terminated?.finishedAt ?? pod.status?.startTime ?? pod.metadata.creationTimestamp);
  const backOff = Math.min(longestBackOffSeconds, firstBackOffSeconds * 2 ** attempt);
  const dueAt = since + (reason === 'CrashLoopBackOff' ? backOff : behaviour.startSeconds) * 1000;
  if (parts.clock.now() < dueAt) {
    queue.addAt(keyOf(pod), dueAt);
    return;
  }
  const next = reason === 'CrashLoopBackOff' ? attempt + 1 : attempt;
  const isProcess = findProcessContainer(parts, pod) !== undefined;
  if (isProcess && !startProcess(parts, processes, pod, next, queue)) return;
  const ready = !behaviour.failReadiness && !behaviour.crashLoop;
  const startedAt = parts.registry.now();
  if (!isProcess)
    parts.logs.append(pod, next, `${startedAt} starting ${pod.spec.containers.map(({ image }) => image).join(', ')}\n`);
  setState(parts, pod, { running: { startedAt } }, { phase: 'Running', ready, attempt: next });
  recordEvent(parts.registry, pod, {
    reason: 'Started',
    message: `Started container ${pod.spec.containers[0]?.name}`,
    component,
  });
  if (ready) trace(parts, 'pod-ready', pod, {});
}

function failPull(parts: NodeAgentParts, pod: Pod, reason: string, queue: ControllerQueue): void {
  if (reason === 'ImagePullBackOff') return;
  const image = pod.spec.containers[0]?.image ?? '';
  const first = reason !== 'ErrImagePull';
  const message = first ? `failed to pull and unpack image "${image}": not found` : `Back-off pulling image "${image}"`;
  const next = first ? 'ErrImagePull' : 'ImagePullBackOff';
  const dueAt = Date.parse(pod.status?.startTime ?? pod.metadata.creationTimestamp) + (first ? 1_000 : 11_000);
  if (parts.clock.now() < dueAt) {
    queue.addAt(keyOf(pod), dueAt);
    return;
  }
  setState(parts, pod, { waiting: { reason: next, message } }, { phase: 'Pending', ready: false, attempt: 0 });
  recordEvent(parts.registry, pod, { type: 'Warning', reason: 'Failed', message, component });
  if (first) trace(parts, 'pod-image-pull-failed', pod, { image });
}

function keepRunning(
  parts: NodeAgentParts,
  processes: Map<string, ContainerProcess>,
  pod: Pod,
  startedAt: string,
  attempt: number,
  queue: ControllerQueue,
): void {
  const isProcess = findProcessContainer(parts, pod) !== undefined;
  if (isProcess) {
    // A process that an earlier run of the cluster started is gone with it.
    if (!processes.has(pod.metadata.uid)) finish(parts, pod, attempt, 137, startedAt);
    return;
  }
  const { crashLoop } = behaviourOf(parts, pod);
  const ends = crashLoop || (pod.spec.restartPolicy ?? 'Always') !== 'Always';
  if (!ends) return;
  const endsAt = Date.parse(startedAt) + 1_000;
  if (parts.clock.now() < endsAt) {
    queue.addAt(keyOf(pod), endsAt);
    return;
  }
  if (crashLoop) parts.logs.append(pod, attempt, `${parts.registry.now()} fatal: the process crashed\n`);
  finish(parts, pod, attempt, crashLoop ? 1 : 0, startedAt);
}

function restartOrEnd(
  parts: NodeAgentParts,
  pod: Pod,
  terminated: NonNullable<ContainerState['terminated']>,
  attempt: number,
): void {
  const policy = pod.spec.restartPolicy ?? 'Always';
  const succeeded = terminated.exitCode === 0;
  if (policy === 'Never' || (policy === 'OnFailure' && succeeded)) {
    setState(parts, pod, { terminated }, { phase: succeeded ? 'Succeeded' : 'Failed', ready: false, attempt });
    return;
  }
  const backOff = Math.min(longestBackOffSeconds, firstBackOffSeconds * 2 ** attempt);
  const message = `back-off ${backOff}s restarting failed container=${pod.spec.containers[0]?.name} pod=${pod.metadata.name}_${pod.metadata.namespace}`;
  setState(
    parts,
    pod,
    { waiting: { reason: 'CrashLoopBackOff', message } },
    { phase: 'Running', ready: false, attempt },
  );
  recordEvent(parts.registry, pod, {
    type: 'Warning',
    reason: 'BackOff',
    message: `Back-off restarting failed container ${pod.spec.containers[0]?.name}`,
    component,
  });
  trace(parts, 'pod-crashed', pod, { exitCode: terminated.exitCode, restarts: attempt });
}

function terminate(
  parts: NodeAgentParts,
  processes: Map<string, ContainerProcess>,
  pod: Pod,
  queue: ControllerQueue,
): void {
  const graceSeconds = pod.metadata.deletionGracePeriodSeconds ?? 30;
  const running = processes.get(pod.metadata.uid);
  if (running) {
    running.kill(graceSeconds * 1000);
    return;
  }
  const dueAt = Date.parse(pod.metadata.deletionTimestamp ?? '') + Math.min(graceSeconds, terminationSeconds) * 1000;
  if (parts.clock.now() < dueAt) {
    queue.addAt(keyOf(pod), dueAt);
    return;
  }
  parts.logs.end(pod);
  parts.registry.delete(pods, pod.metadata.namespace, pod.metadata.name, { gracePeriodSeconds: 0 });
}

function behaviourOf(parts: NodeAgentParts, pod: Pod): ImageBehaviour {
  const all = pod.spec.containers.map((container) => parts.behaviourOf(container.image));
  return {
    startSeconds: Math.max(...all.map((behaviour) => behaviour.startSeconds)),
    pullError: all.some((behaviour) => behaviour.pullError),
    crashLoop: all.some((behaviour) => behaviour.crashLoop),
    failReadiness: all.some((behaviour) => behaviour.failReadiness),
    errorRate: Math.max(...all.map((behaviour) => behaviour.errorRate)),
    latencyMilliseconds: Math.max(...all.map((behaviour) => behaviour.latencyMilliseconds)),
    reloadsCertificates: all.every((behaviour) => behaviour.reloadsCertificates),
  };
}

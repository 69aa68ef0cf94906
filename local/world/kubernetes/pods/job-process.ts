// The container of a Job that is a real process: started with what its pod asks for, followed to its end.
import { type ControllerQueue, keyOf } from '../controllers/controller.ts';
import { pods } from '../resources/built-in-types.ts';
import type { Pod } from '../resources/workload-types.ts';
import { buildEnvironment } from './build-environment.ts';
import { type ContainerProcess, startContainerProcess } from './container-process.ts';
import type { NodeAgentParts } from './node-agent-parts.ts';
import { finish, setState, trace } from './write-pod-state.ts';

/** The one whose image a command of this machine stands for. */
export function findProcessContainer(parts: NodeAgentParts, pod: Pod) {
  return pod.spec.containers.find((container) => parts.findJobImage(container.image));
}

/** False when the container's configuration is not there (yet): it is tried again. */
export function startProcess(
  parts: NodeAgentParts,
  processes: Map<string, ContainerProcess>,
  pod: Pod,
  attempt: number,
  queue: ControllerQueue,
): boolean {
  const container = findProcessContainer(parts, pod);
  const image = container && parts.findJobImage(container.image);
  if (!container || !image) return false;
  let environment: Record<string, string>;
  try {
    environment = { ...parts.jobEnvironment(pod), ...buildEnvironment(parts.registry, pod, container) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    setState(
      parts,
      pod,
      { waiting: { reason: 'CreateContainerConfigError', message } },
      { phase: 'Pending', ready: false, attempt },
    );
    queue.addAt(keyOf(pod), parts.clock.now() + 5_000);
    return false;
  }
  const args = [...(container.command ?? []), ...(container.args ?? [])];
  const running = startContainerProcess(image, args, environment, (chunk) => parts.logs.append(pod, attempt, chunk));
  processes.set(pod.metadata.uid, running);
  trace(parts, 'job-process-started', pod, { command: image.command, arguments: args });
  const startedAt = parts.registry.now();
  const ended = running.exited.then((exitCode) => {
    processes.delete(pod.metadata.uid);
    if (parts.stopped.aborted) return;
    const current = parts.registry.find<Pod>(pods, pod.metadata.namespace, pod.metadata.name);
    if (current?.metadata.uid !== pod.metadata.uid) return;
    if (current.metadata.deletionTimestamp) queue.add(keyOf(pod));
    else finish(parts, current, attempt, exitCode, startedAt);
  });
  void parts.clock.work(ended);
  return true;
}

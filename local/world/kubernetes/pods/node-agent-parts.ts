// What the kubelet of a simulated node works with.
import type { ControllerContext } from '../controllers/controller.ts';
import type { Pod } from '../resources/workload-types.ts';
import type { JobImage } from './container-process.ts';
import type { ImageBehaviour } from './image-behaviour.ts';
import type { PodLogs } from './pod-logs.ts';

export interface NodeAgentParts extends ControllerContext {
  readonly logs: PodLogs;
  readonly nodeName: string;
  behaviourOf(image: string): ImageBehaviour;
  findJobImage(image: string): JobImage | undefined;
  /** What every job process gets beside its pod's own environment (endpoints, credentials of its service account). */
  jobEnvironment(pod: Pod): Readonly<Record<string, string>>;
}

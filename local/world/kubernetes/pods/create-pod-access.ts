// The API server's way to the simulated nodes: logs and proxies.

import { pods } from '../resources/built-in-types.ts';
import type { Pod } from '../resources/workload-types.ts';
import type { ObjectRegistry } from '../storage/object-registry.ts';
import type { PodAccess } from './pod-access.ts';
import type { PodLogs } from './pod-logs.ts';
import type { ServiceRouter } from './service-router.ts';

export function createPodAccess(registry: ObjectRegistry, logs: PodLogs, router: ServiceRouter): PodAccess {
  const attemptOf = (pod: Pod) => pod.status?.containerStatuses?.[0]?.restartCount ?? 0;
  return {
    findLog: async (namespace, name, _container, previous) => {
      const pod = registry.get<Pod>(pods, namespace, name);
      return logs.find(pod, attemptOf(pod) - (previous ? 1 : 0));
    },
    followLog: (namespace, name, onData, ended) => {
      const pod = registry.get<Pod>(pods, namespace, name);
      const state = pod.status?.containerStatuses?.[0]?.state;
      if (!state?.running) {
        ended();
        return () => undefined;
      }
      return logs.follow(pod, { onData, ended });
    },
    forward: (target, request) => router.forward(target, request),
  };
}

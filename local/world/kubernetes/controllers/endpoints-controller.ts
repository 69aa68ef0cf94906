// Endpoints: the addresses of the ready pods behind each Service.
import { endpoints, pods, services } from '../resources/built-in-types.ts';
import { buildControllerReference } from '../resources/kubernetes-object.ts';
import { matchesSelector } from '../resources/label-selector.ts';
import type { Pod, Service } from '../resources/workload-types.ts';
import type { ObjectRegistry } from '../storage/object-registry.ts';
import { type ControllerContext, keyOf, startController } from './controller.ts';
import { isReady } from './pod-state.ts';

export function startEndpointsController(context: ControllerContext): void {
  const { registry } = context;
  startController(context, {
    name: 'endpoint-controller',
    type: services,
    relate: ({ resource, object }) => {
      if (resource !== '/pods') return [];
      const behind = registry.list<Service>(services, object.metadata.namespace);
      return behind.filter((service) => selects(service, object as Pod)).map(keyOf);
    },
    reconcile: ({ namespace, name }) => {
      const service = registry.find<Service>(services, namespace, name);
      if (!service?.spec.selector || service.metadata.deletionTimestamp) return;
      const subsets = buildSubsets(registry, service);
      if (registry.find(endpoints, namespace, name))
        registry.update(endpoints, namespace, name, (current) => ({ ...current, subsets }));
      else
        registry.create(endpoints, {
          metadata: { name, namespace, ownerReferences: [buildControllerReference(service)] },
          subsets,
        });
    },
  });
}

function selects(service: Service, pod: Pod): boolean {
  return matchesSelector({ matchLabels: service.spec.selector ?? {} }, pod.metadata.labels);
}

/** The ready pods behind a service, in a stable order. */
export function listReadyPods(registry: ObjectRegistry, service: Service): Pod[] {
  return registry.list<Pod>(pods, service.metadata.namespace).filter((pod) => selects(service, pod) && isReady(pod));
}

function buildSubsets(registry: ObjectRegistry, service: Service): object[] {
  const addresses = listReadyPods(registry, service).map((pod) => ({
    ip: pod.status?.podIP,
    nodeName: pod.spec.nodeName,
    targetRef: { kind: 'Pod', name: pod.metadata.name, namespace: pod.metadata.namespace, uid: pod.metadata.uid },
  }));
  if (addresses.length === 0) return [];
  const ports = (service.spec.ports ?? []).map(({ name, port, targetPort, protocol }) => ({
    ...(name ? { name } : {}),
    port: typeof targetPort === 'number' ? targetPort : port,
    protocol: protocol ?? 'TCP',
  }));
  return [{ addresses, ports }];
}

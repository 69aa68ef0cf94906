// How requests reach a canary: three Services and the HTTPRoute whose weights split them (provider gatewayapi:v1).

import type { HttpRoute } from '../pods/split-route.ts';
import { deployments, services } from '../resources/built-in-types.ts';
import { isSameJson } from '../resources/is-same-json.ts';
import { buildControllerReference } from '../resources/kubernetes-object.ts';
import type { ResourceType } from '../resources/resource-type.ts';
import type { Deployment, Service } from '../resources/workload-types.ts';
import type { ObjectRegistry } from '../storage/object-registry.ts';
import type { Canary } from './canary.ts';

export class CanaryRoutes {
  private readonly registry: ObjectRegistry;
  private readonly type: ResourceType;

  /** Throws Error when the cluster serves no HTTPRoutes. */
  constructor(registry: ObjectRegistry) {
    this.registry = registry;
    const type = registry.types.findResource('gateway.networking.k8s.io', 'httproutes');
    if (!type) throw new Error('the cluster does not serve httproutes.gateway.networking.k8s.io');
    this.type = type;
  }

  /** The Services of the canary and of the primary. */
  ensureBackends(canary: Canary, selector: { readonly label: string; readonly value: string }): void {
    const name = apexOf(canary);
    this.ensureService(canary, `${name}-canary`, selector.label, selector.value);
    this.ensureService(canary, `${name}-primary`, selector.label, `${selector.value}-primary`);
  }

  /** The Service that carries the name: it reaches the primary. */
  ensureApex(canary: Canary, selector: { readonly label: string; readonly value: string }): void {
    this.ensureService(
      canary,
      apexOf(canary),
      selector.label,
      `${selector.value}-primary`,
      canary.spec.service.apex?.annotations,
    );
  }

  /** Throws Error as Flagger words it when the provider is not the one that is simulated. */
  ensureRoute(canary: Canary): void {
    const { provider, service } = canary.spec;
    if (provider !== 'gatewayapi:v1')
      throw new Error(`provider ${provider ?? '(none)'} is not simulated: use gatewayapi:v1`);
    if (!service.gatewayRefs?.length)
      throw new Error('GatewayRefs must be specified when using Gateway API as a provider.');
    if (this.find(canary)) return;
    this.registry.create<HttpRoute>(this.type, {
      metadata: {
        name: apexOf(canary),
        namespace: canary.metadata.namespace,
        ownerReferences: [buildControllerReference(canary)],
      },
      spec: {
        parentRefs: service.gatewayRefs,
        ...(service.hosts ? { hostnames: service.hosts } : {}),
        rules: [{ backendRefs: backendsOf(canary, 0) }],
      },
    });
  }

  /** Percent of the requests that the canary gets. */
  readWeight(canary: Canary): number {
    const backends = this.find(canary)?.spec.rules[0]?.backendRefs ?? [];
    return backends.find(({ name }) => name === `${apexOf(canary)}-canary`)?.weight ?? 0;
  }

  setWeight(canary: Canary, weight: number): void {
    this.registry.update<HttpRoute>(this.type, canary.metadata.namespace, apexOf(canary), (route) => {
      const rule = route.spec.rules[0];
      if (rule) rule.backendRefs = backendsOf(canary, weight);
    });
  }

  private find(canary: Canary): HttpRoute | undefined {
    return this.registry.find<HttpRoute>(this.type, canary.metadata.namespace, apexOf(canary));
  }

  /** The named ports of the target's containers that the canary does not name itself. */
  private discoverPorts({
    metadata,
    spec,
  }: Canary): { name: string; protocol: string; port: number; targetPort: string }[] {
    const { port, targetPort = port, portDiscovery = false } = spec.service;
    if (!portDiscovery) return [];
    const target = this.registry.find<Deployment>(deployments, metadata.namespace, spec.targetRef.name);
    return (target?.spec.template.spec.containers ?? []).flatMap(({ ports = [] }) =>
      ports.flatMap(({ name, containerPort }) =>
        name === undefined || name === targetPort || containerPort === targetPort
          ? []
          : [{ name, protocol: 'TCP', port: containerPort, targetPort: name }],
      ),
    );
  }

  private ensureService(
    canary: Canary,
    name: string,
    label: string,
    value: string,
    annotations?: Readonly<Record<string, string>>,
  ): void {
    const { namespace } = canary.metadata;
    const { port, targetPort = port } = canary.spec.service;
    const selector = { [label]: value };
    const ports = [{ name: 'http', protocol: 'TCP', port, targetPort }, ...this.discoverPorts(canary)];
    const found = this.registry.find<Service>(services, namespace, name);
    if (!found)
      this.registry.create<Service>(services, {
        metadata: {
          name,
          namespace,
          labels: { [label]: name },
          ...(annotations ? { annotations } : {}),
          ownerReferences: [buildControllerReference(canary)],
        },
        spec: { type: 'ClusterIP', selector, ports },
      });
    else if (!isSameJson(found.spec.selector, selector))
      this.registry.update<Service>(services, namespace, name, (service) => {
        service.spec.selector = selector;
      });
  }
}

function apexOf({ spec }: Canary): string {
  return spec.service.name ?? spec.targetRef.name;
}

function backendsOf(canary: Canary, weight: number) {
  const { port } = canary.spec.service;
  const name = apexOf(canary);
  return [
    { name: `${name}-primary`, port, weight: 100 - weight },
    { name: `${name}-canary`, port, weight },
  ];
}

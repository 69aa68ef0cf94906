// How a gateway splits a service's requests over backends, by the weights of its HTTPRoute.
// https://gateway-api.sigs.k8s.io/reference/spec/#httpbackendref
import type { KubernetesObject } from '../resources/kubernetes-object.ts';
import type { ObjectRegistry } from '../storage/object-registry.ts';

export interface WeightedBackend {
  readonly name: string;
  readonly weight: number;
}

export interface HttpRoute extends KubernetesObject {
  spec: {
    parentRefs?: object[];
    hostnames?: string[];
    rules: { backendRefs: { name: string; port?: number; weight?: number }[] }[];
  };
}

/** The backends of the route that is called like the service; undefined when there is no such route. */
export function findWeightedBackends(
  registry: ObjectRegistry,
  namespace: string,
  service: string,
): readonly WeightedBackend[] | undefined {
  const type = registry.types.findResource('gateway.networking.k8s.io', 'httproutes');
  const route = type && registry.find<HttpRoute>(type, namespace, service);
  return route?.spec.rules[0]?.backendRefs.map(({ name, weight = 1 }) => ({ name, weight }));
}

/** Smooth weighted round robin: the shares are exact over any hundred requests, not just on average. */
export class RouteSplitter {
  private readonly credits = new Map<string, Map<string, number>>();

  /** Undefined when no backend has a weight: a gateway answers 503 then. */
  choose(route: string, backends: readonly WeightedBackend[]): string | undefined {
    const total = backends.reduce((sum, { weight }) => sum + weight, 0);
    if (total === 0) return undefined;
    const before = this.credits.get(route) ?? new Map<string, number>();
    const after = new Map(backends.map(({ name, weight }) => [name, (before.get(name) ?? 0) + weight]));
    const [chosen = ''] = [...after].reduce((best, next) => (next[1] > best[1] ? next : best));
    after.set(chosen, (after.get(chosen) ?? 0) - total);
    this.credits.set(route, after);
    return chosen;
  }
}

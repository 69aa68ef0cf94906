// The two Deployments of a canary: the target that Git names, and the primary that Flagger makes of it.
import { findCondition } from '../controllers/conditions.ts';
import { deployments, pods } from '../resources/built-in-types.ts';
import { buildControllerReference } from '../resources/kubernetes-object.ts';
import { matchesSelector } from '../resources/label-selector.ts';
import type { Deployment, Pod, PodTemplate } from '../resources/workload-types.ts';
import type { ObjectRegistry } from '../storage/object-registry.ts';
import type { Canary } from './canary.ts';

/** Labels by which Flagger tells a target's pods, in its order. */
const selectorLabels = ['app', 'name', 'app.kubernetes.io/name'];

/** Whether a Deployment has arrived; `retriable` is false when it never will. */
export interface Readiness {
  readonly ready: boolean;
  readonly retriable: boolean;
  readonly message: string;
}

export class CanaryWorkloads {
  private readonly registry: ObjectRegistry;

  constructor(registry: ObjectRegistry) {
    this.registry = registry;
  }

  findTarget(canary: Canary): Deployment | undefined {
    return this.registry.find<Deployment>(deployments, canary.metadata.namespace, canary.spec.targetRef.name);
  }

  /** The label that selects the target's pods. Throws Error when there is none of those that Flagger knows. */
  selectorOf(target: Deployment): { readonly label: string; readonly value: string } {
    const labels = target.spec.selector.matchLabels ?? {};
    const label = selectorLabels.find((name) => labels[name] !== undefined);
    if (label === undefined)
      throw new Error(
        `deployment ${target.metadata.name}.${target.metadata.namespace} spec.selector.matchLabels must contain one of [${selectorLabels.join(' ')}]`,
      );
    return { label, value: labels[label] ?? '' };
  }

  ensurePrimary(canary: Canary, target: Deployment): void {
    const { namespace } = canary.metadata;
    const name = `${target.metadata.name}-primary`;
    if (this.registry.find(deployments, namespace, name)) return;
    const { label, value } = this.selectorOf(target);
    const { selector: _selector, template, replicas, paused: _paused, ...spec } = target.spec;
    this.registry.create<Deployment>(deployments, {
      metadata: {
        name,
        namespace,
        labels: { [label]: `${value}-primary` },
        ownerReferences: [buildControllerReference(canary)],
      },
      spec: {
        ...spec,
        replicas: Math.max(1, replicas ?? 1),
        selector: { matchLabels: { [label]: `${value}-primary` } },
        template: primaryTemplate(template, label, value),
      },
    });
  }

  /** Copies the target's template over to the primary, and its number of pods. */
  promote(canary: Canary, target: Deployment): void {
    const { label, value } = this.selectorOf(target);
    const name = `${target.metadata.name}-primary`;
    this.registry.update<Deployment>(deployments, canary.metadata.namespace, name, (primary) => {
      primary.spec.template = primaryTemplate(target.spec.template, label, value);
      if (target.spec.replicas !== undefined) primary.spec.replicas = target.spec.replicas;
    });
  }

  scaleToZero(canary: Canary): void {
    this.scale(canary, 0);
  }

  /** To as many pods as the primary has, where the target does not say. */
  scaleFromZero(canary: Canary, target: Deployment): void {
    const { replicas = 0 } = target.spec;
    const name = `${target.metadata.name}-primary`;
    const primary = this.registry.find<Deployment>(deployments, canary.metadata.namespace, name);
    this.scale(canary, replicas > 0 ? replicas : Math.max(1, primary?.spec.replicas ?? 1));
  }

  primaryReadiness(canary: Canary): Readiness {
    return this.readinessOf(canary, `${canary.spec.targetRef.name}-primary`);
  }

  canaryReadiness(canary: Canary): Readiness {
    return this.readinessOf(canary, canary.spec.targetRef.name);
  }

  /** The pods that the canary's own share of the requests reaches. */
  listCanaryPods(target: Deployment): Pod[] {
    return this.registry
      .list<Pod>(pods, target.metadata.namespace)
      .filter((pod) => matchesSelector(target.spec.selector, pod.metadata.labels));
  }

  private scale(canary: Canary, replicas: number): void {
    const { name } = canary.spec.targetRef;
    this.registry.update<Deployment>(deployments, canary.metadata.namespace, name, (target) => {
      target.spec.replicas = replicas;
    });
  }

  private readinessOf(canary: Canary, name: string): Readiness {
    const found = this.registry.find<Deployment>(deployments, canary.metadata.namespace, name);
    const no = (message: string, retriable = true): Readiness => ({ ready: false, retriable, message });
    if (!found) return no(`deployment ${name}.${canary.metadata.namespace} get query error: not found`);
    const { spec, status = {}, metadata } = found;
    const what = `${name}.${metadata.namespace} not ready`;
    if ((metadata.generation ?? 0) > (status.observedGeneration ?? 0))
      return no(`${what}: waiting for rollout to finish: observed deployment generation less than desired generation`);
    if (findCondition(status.conditions, 'Progressing')?.reason === 'ProgressDeadlineExceeded')
      return no(`${what}: deployment "${name}" exceeded its progress deadline`, false);
    const { updatedReplicas = 0, replicas = 0, availableReplicas = 0 } = status;
    if (updatedReplicas < (spec.replicas ?? 1))
      return no(
        `${what}: waiting for rollout to finish: ${updatedReplicas} out of ${spec.replicas ?? 1} new replicas have been updated`,
      );
    if (replicas > updatedReplicas)
      return no(
        `${what}: waiting for rollout to finish: ${replicas - updatedReplicas} old replicas are pending termination`,
      );
    if (availableReplicas < updatedReplicas)
      return no(
        `${what}: waiting for rollout to finish: ${availableReplicas} of ${updatedReplicas} (readyThreshold 100%) updated replicas are available`,
      );
    return { ready: true, retriable: true, message: '' };
  }
}

function primaryTemplate(template: PodTemplate, label: string, value: string): PodTemplate {
  const labels = { ...template.metadata?.labels, [label]: `${value}-primary` };
  return { ...structuredClone(template), metadata: { ...template.metadata, labels } };
}

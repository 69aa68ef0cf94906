// StatefulSets: numbered pods, one after the other; a changed template replaces them from the highest number down.
import { pods, statefulSets } from '../resources/built-in-types.ts';
import { buildControllerReference } from '../resources/kubernetes-object.ts';
import type { Pod, StatefulSet } from '../resources/workload-types.ts';
import { type ControllerContext, listOwnerKeys, startController } from './controller.ts';
import { isReady, listControlledPods } from './pod-state.ts';
import { hashTemplate } from './template-hash.ts';

const revisionLabel = 'controller-revision-hash';

export function startStatefulSetController(context: ControllerContext): void {
  const { registry } = context;
  startController(context, {
    name: 'statefulset-controller',
    type: statefulSets,
    relate: (change) => listOwnerKeys(change, '/pods', 'StatefulSet'),
    reconcile: ({ namespace, name }) => {
      const set = registry.find<StatefulSet>(statefulSets, namespace, name);
      if (!set) return;
      const revision = `${name}-${hashTemplate(set.spec.template)}`;
      if (!set.metadata.deletionTimestamp) adjustPods(context, set, revision);
      writeStatus(context, set, revision);
    },
  });
}

function adjustPods({ registry }: ControllerContext, set: StatefulSet, revision: string): void {
  const { namespace, name } = set.metadata;
  const existing = new Map(listControlledPods(registry, set).map((pod) => [pod.metadata.name, pod]));
  const wanted = Array.from({ length: set.spec.replicas ?? 1 }, (_, index) => `${name}-${index}`);
  for (const podName of wanted) {
    const pod = existing.get(podName);
    if (!pod) createPod(set, podName);
    if (!pod || !isReady(pod)) {
      if (pod && pod.metadata.labels?.[revisionLabel] !== revision && !pod.metadata.deletionTimestamp)
        registry.delete(pods, namespace, podName);
      return;
    }
  }
  const surplus = [...existing.keys()].filter((podName) => !wanted.includes(podName)).sort();
  const outdated = wanted.filter((podName) => existing.get(podName)?.metadata.labels?.[revisionLabel] !== revision);
  const next = surplus.at(-1) ?? outdated.at(-1);
  if (next && !existing.get(next)?.metadata.deletionTimestamp) registry.delete(pods, namespace, next);

  function createPod(owner: StatefulSet, podName: string): void {
    const { template, serviceName } = owner.spec;
    registry.create<Pod>(pods, {
      metadata: {
        name: podName,
        namespace,
        labels: {
          ...template.metadata?.labels,
          [revisionLabel]: revision,
          'statefulset.kubernetes.io/pod-name': podName,
        },
        annotations: template.metadata?.annotations ?? {},
        ownerReferences: [buildControllerReference(owner)],
      },
      spec: { ...template.spec, hostname: podName, ...(serviceName ? { subdomain: serviceName } : {}) },
    });
  }
}

function writeStatus({ registry }: ControllerContext, set: StatefulSet, revision: string): void {
  const existing = listControlledPods(registry, set).filter((pod) => !pod.metadata.deletionTimestamp);
  const updated = existing.filter((pod) => pod.metadata.labels?.[revisionLabel] === revision);
  const ready = existing.filter(isReady).length;
  const status = {
    observedGeneration: set.metadata.generation ?? 1,
    replicas: existing.length,
    readyReplicas: ready,
    availableReplicas: ready,
    currentReplicas: updated.length,
    updatedReplicas: updated.length,
    currentRevision: revision,
    updateRevision: revision,
  };
  const write = (current: StatefulSet) => {
    current.status = status;
  };
  registry.update<StatefulSet>(statefulSets, set.metadata.namespace, set.metadata.name, write, {
    subresource: 'status',
  });
}

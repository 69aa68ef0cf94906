// The health of a live object by Argo CD's built-in rules; pure.
// https://argo-cd.readthedocs.io/en/stable/operator-manual/health/
import { findCondition } from '../controllers/conditions.ts';
import { findField } from '../resources/json-path.ts';
import type { Condition, KubernetesObject } from '../resources/kubernetes-object.ts';
import { parseApiVersion } from '../resources/resource-type.ts';
import type { Deployment, Job, Pod, ReplicaSet } from '../resources/workload-types.ts';
import type { Health, HealthStatus } from './application.ts';

const fromBest: readonly HealthStatus[] = ['Healthy', 'Suspended', 'Progressing', 'Missing', 'Degraded', 'Unknown'];

/** The worst of several. */
export function worstHealth(all: readonly HealthStatus[]): HealthStatus {
  return all.reduce<HealthStatus>(
    (worst, next) => (fromBest.indexOf(next) > fromBest.indexOf(worst) ? next : worst),
    'Healthy',
  );
}

/** Undefined for kinds that have no health (ConfigMaps, Roles …). */
export function decideHealth(object: KubernetesObject): Health | undefined {
  if (object.metadata.deletionTimestamp) return { status: 'Progressing', message: 'Pending deletion' };
  const { group } = parseApiVersion(object.apiVersion);
  const rule = rules[`${group}/${object.kind}`];
  return rule?.(object);
}

type Rule = (object: KubernetesObject) => Health;

const healthy: Health = { status: 'Healthy' };
const progressing = (message: string): Health => ({ status: 'Progressing', message });
const degraded = (message: string): Health => ({ status: 'Degraded', message });

const rules: Readonly<Record<string, Rule>> = {
  'apps/Deployment': (object) => deploymentHealth(object as Deployment),
  'apps/ReplicaSet': (object) => replicaSetHealth(object as ReplicaSet),
  'apps/StatefulSet': statefulSetHealth,
  'batch/Job': (object) => jobHealth(object as Job),
  '/Pod': (object) => podHealth(object as Pod),
  '/Service': (object) =>
    findField(object, 'spec.type') === 'LoadBalancer' && !findField(object, 'status.loadBalancer.ingress')
      ? progressing('')
      : healthy,
  '/PersistentVolumeClaim': (object) => {
    const phase = findField(object, 'status.phase');
    if (phase === 'Lost') return degraded('');
    return phase === 'Bound' ? healthy : progressing('');
  },
  'networking.k8s.io/Ingress': (object) =>
    findField(object, 'status.loadBalancer.ingress') ? healthy : progressing(''),
  'cert-manager.io/Certificate': certificateHealth,
  'cert-manager.io/Issuer': readyHealth,
  'cert-manager.io/ClusterIssuer': readyHealth,
  'flagger.app/Canary': canaryHealth,
  'argoproj.io/Application': (object) => ({
    status: (findField(object, 'status.health.status') as HealthStatus | undefined) ?? 'Progressing',
  }),
};

function deploymentHealth({ spec, status = {}, metadata }: Deployment): Health {
  if (spec.paused) return { status: 'Suspended', message: 'Deployment is paused' };
  if ((metadata.generation ?? 0) > (status.observedGeneration ?? 0))
    return progressing('Waiting for rollout to finish: observed deployment generation less than desired generation');
  if (findCondition(status.conditions, 'Progressing')?.reason === 'ProgressDeadlineExceeded')
    return degraded(`Deployment "${metadata.name}" exceeded its progress deadline`);
  const { replicas = 0, updatedReplicas = 0, availableReplicas = 0 } = status;
  const wanted = spec.replicas ?? 1;
  if (updatedReplicas < wanted)
    return progressing(
      `Waiting for rollout to finish: ${updatedReplicas} out of ${wanted} new replicas have been updated...`,
    );
  if (replicas > updatedReplicas)
    return progressing(
      `Waiting for rollout to finish: ${replicas - updatedReplicas} old replicas are pending termination...`,
    );
  if (availableReplicas < updatedReplicas)
    return progressing(
      `Waiting for rollout to finish: ${availableReplicas} of ${updatedReplicas} updated replicas are available...`,
    );
  return healthy;
}

function replicaSetHealth({ spec, status = {}, metadata }: ReplicaSet): Health {
  if ((metadata.generation ?? 0) > (status.observedGeneration ?? 0))
    return progressing('Waiting for rollout to finish: observed replica set generation less than desired generation');
  const { availableReplicas = 0 } = status;
  return availableReplicas < (spec.replicas ?? 1)
    ? progressing(
        `Waiting for rollout to finish: ${availableReplicas} out of ${spec.replicas} new replicas are available...`,
      )
    : healthy;
}

function statefulSetHealth(object: KubernetesObject): Health {
  const read = (path: string) => Number(findField(object, path) ?? 0);
  if ((object.metadata.generation ?? 0) > read('status.observedGeneration'))
    return progressing('Waiting for statefulset spec update to be observed...');
  if (read('status.readyReplicas') < read('spec.replicas'))
    return progressing(`Waiting for ${read('spec.replicas') - read('status.readyReplicas')} pods to be ready...`);
  if (read('status.updatedReplicas') < read('spec.replicas'))
    return progressing(
      `waiting for statefulset rolling update to complete ${read('status.updatedReplicas')} pods at revision ${String(findField(object, 'status.updateRevision'))}...`,
    );
  return healthy;
}

function jobHealth({ status }: Job): Health {
  const failed = findCondition(status?.conditions, 'Failed');
  if (failed?.status === 'True') return degraded(failed.message ?? '');
  const complete = findCondition(status?.conditions, 'Complete');
  if (complete?.status === 'True') return { status: 'Healthy', message: complete.message ?? '' };
  if (findCondition(status?.conditions, 'Suspended')?.status === 'True') return { status: 'Suspended' };
  return progressing('');
}

function podHealth({ spec, status }: Pod): Health {
  for (const { state } of status?.containerStatuses ?? []) {
    const reason = state.waiting?.reason ?? '';
    if (/(^Err|Error$|BackOff$)/.test(reason)) return degraded(state.waiting?.message ?? reason);
  }
  if (status?.phase === 'Succeeded') return healthy;
  if (status?.phase === 'Failed') return degraded(status.message ?? '');
  const ready = findCondition(status?.conditions, 'Ready')?.status === 'True';
  return status?.phase === 'Running' && ready && spec.restartPolicy === 'Always' ? healthy : progressing('');
}

function certificateHealth(object: KubernetesObject): Health {
  const conditions = findField(object, 'status.conditions') as Condition[] | undefined;
  const issuing = findCondition(conditions, 'Issuing');
  if (issuing?.status === 'True') return progressing(issuing.message ?? '');
  return readyHealth(object);
}

function readyHealth(object: KubernetesObject): Health {
  const ready = findCondition(findField(object, 'status.conditions') as Condition[] | undefined, 'Ready');
  if (!ready || ready.status === 'Unknown') return progressing(`Initializing ${object.kind}`);
  return ready.status === 'True' ? { status: 'Healthy', message: ready.message ?? '' } : degraded(ready.message ?? '');
}

function canaryHealth(object: KubernetesObject): Health {
  const phase = findField(object, 'status.phase');
  if (phase === 'Failed') return degraded('Canary release failed');
  if (phase === 'Initialized' || phase === 'Succeeded') return healthy;
  if (phase === 'Terminating' || phase === 'Terminated') return { status: 'Suspended', message: String(phase) };
  return progressing(phase === undefined ? 'Waiting for canary to be initialized' : `Canary is ${String(phase)}`);
}

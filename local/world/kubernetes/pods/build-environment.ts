// The environment of a container: values, and references to ConfigMaps, Secrets and the pod's own fields.
import { configMaps, secrets } from '../resources/built-in-types.ts';
import { findField } from '../resources/json-path.ts';
import type { KubernetesObject } from '../resources/kubernetes-object.ts';
import type { Container, EnvironmentVariable, Pod } from '../resources/workload-types.ts';
import type { ObjectRegistry } from '../storage/object-registry.ts';

/** Throws Error naming the missing ConfigMap, Secret or key, as the kubelet words it. */
export function buildEnvironment(registry: ObjectRegistry, pod: Pod, container: Container): Record<string, string> {
  const namespace = pod.metadata.namespace ?? '';
  const environment: Record<string, string> = {};
  for (const { prefix = '', secretRef, configMapRef } of container.envFrom ?? []) {
    const source = secretRef
      ? findData(registry, 'secret', namespace, secretRef)
      : configMapRef && findData(registry, 'configmap', namespace, configMapRef);
    for (const [key, value] of Object.entries(source ?? {})) environment[`${prefix}${key}`] = value;
  }
  for (const variable of container.env ?? []) {
    const value = readVariable(registry, pod, variable, namespace);
    if (value !== undefined) environment[variable.name] = expand(value, environment);
  }
  return environment;
}

function readVariable(
  registry: ObjectRegistry,
  pod: Pod,
  { value, valueFrom }: EnvironmentVariable,
  namespace: string,
): string | undefined {
  if (!valueFrom) return value ?? '';
  if (valueFrom.fieldRef) return String(findField(pod, valueFrom.fieldRef.fieldPath) ?? '');
  const { secretKeyRef, configMapKeyRef } = valueFrom;
  const reference = secretKeyRef ?? configMapKeyRef;
  if (!reference) return '';
  const kind = secretKeyRef ? 'secret' : 'configmap';
  const found = findData(registry, kind, namespace, reference)?.[reference.key];
  if (found === undefined && !reference.optional)
    throw new Error(
      `couldn't find key ${reference.key} in ${kind === 'secret' ? 'Secret' : 'ConfigMap'} ${namespace}/${reference.name}`,
    );
  return found;
}

function findData(
  registry: ObjectRegistry,
  kind: 'secret' | 'configmap',
  namespace: string,
  reference: { name: string; optional?: boolean },
): Record<string, string> | undefined {
  const object = registry.find<KubernetesObject & { data?: Record<string, string> }>(
    kind === 'secret' ? secrets : configMaps,
    namespace,
    reference.name,
  );
  if (!object && !reference.optional) throw new Error(`${kind} "${reference.name}" not found`);
  if (!object) return undefined;
  const entries = Object.entries(object.data ?? {});
  if (kind === 'configmap') return Object.fromEntries(entries);
  return Object.fromEntries(entries.map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]));
}

/** `$(NAME)` stands for a variable defined before; `$$(NAME)` for itself. */
function expand(value: string, environment: Readonly<Record<string, string>>): string {
  return value.replace(/\$?\$\(([A-Za-z_][\w.-]*)\)/g, (text, name: string) =>
    text.startsWith('$$') ? text.slice(1) : (environment[name] ?? text),
  );
}

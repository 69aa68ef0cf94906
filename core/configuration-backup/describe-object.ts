// What is kept of an object: what somebody wrote into it, in one order; of a Secret never a value.
import { createHmac } from 'node:crypto';
import * as z from 'zod/mini';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** An object of the Kubernetes API, as a list returns it. */
export const kubernetesObjectSchema = z.looseObject({
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.optional(z.string()),
    resourceVersion: z.optional(z.string()),
    labels: z.optional(z.record(z.string(), z.string())),
    annotations: z.optional(z.record(z.string(), z.string())),
  }),
});
export type KubernetesObject = z.infer<typeof kubernetesObjectSchema>;

/** What `kubectl apply` keeps there is the whole object, of a Secret its values too. */
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/** Without what the cluster wrote: status, identity, versions and who manages which field. */
export function describeObject({ apiVersion, kind }: KindOf, object: KubernetesObject): JsonObject {
  const { metadata, status: _, operation: __, apiVersion: ___, kind: ____, ...content } = object;
  const { name, namespace, labels, annotations } = metadata;
  const { [lastApplied]: _____, ...written } = annotations ?? {};
  return sortKeys({
    apiVersion,
    kind,
    metadata: withoutEmpty({ name, namespace, labels, annotations: written }),
    ...(content as JsonObject),
  }) as JsonObject;
}

export interface KindOf {
  readonly apiVersion: string;
  readonly kind: string;
}

/**
 * Names, type, keys, version, and for each key a hash under the pepper: two nights can be compared, and without the pepper, which
 * stays with KMS, no value can be tried out. The name is hashed with it: equal values in two Secrets are not seen to be equal.
 * Values of annotations are left out: tools keep copies of values there.
 */
export function describeSecret(secret: KubernetesObject, pepper: Uint8Array): JsonObject {
  const { name, namespace, labels, annotations, resourceVersion } = secret.metadata;
  const data = (secret.data ?? {}) as Readonly<Record<string, string>>;
  const hashOf = (key: string, value: string): string =>
    createHmac('sha256', pepper).update(`${namespace}/${name}/${key}\0`).update(value, 'base64').digest('hex');
  return sortKeys({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: withoutEmpty({ name, namespace, labels }),
    annotationNames: Object.keys(annotations ?? {}).sort(),
    type: String(secret.type ?? 'Opaque'),
    ...(secret.immutable === true ? { immutable: true } : {}),
    version: resourceVersion ?? '',
    hashes: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, hashOf(key, value)])),
  }) as JsonObject;
}

function withoutEmpty(metadata: Readonly<Record<string, unknown>>): JsonObject {
  const isEmpty = (value: unknown): boolean =>
    value === undefined || (typeof value === 'object' && value !== null && Object.keys(value).length === 0);
  return Object.fromEntries(Object.entries(metadata).filter(([, value]) => !isEmpty(value))) as JsonObject;
}

/** By code unit, at every depth: the same content is the same text. */
export function sortKeys(value: Json): Json {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value as JsonObject).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, each]) => [key, sortKeys(each)]));
}

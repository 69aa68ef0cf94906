// SelfSubjectAccessReview: what `kubectl auth can-i` asks.
import type { User } from '../authentication/user.ts';
import { type Attributes, decideAccess } from '../authorization/decide-access.ts';
import { isJsonObject, type JsonObject } from '../resources/kubernetes-object.ts';
import type { ObjectRegistry } from '../storage/object-registry.ts';

/** The review with its answer. */
export function reviewAccess(registry: ObjectRegistry, user: User, review: JsonObject): JsonObject {
  const asked =
    isJsonObject(review.spec) && isJsonObject(review.spec.resourceAttributes) ? review.spec.resourceAttributes : {};
  const text = (field: string) => (typeof asked[field] === 'string' ? asked[field] : '');
  const attributes: Attributes = {
    verb: text('verb'),
    group: text('group'),
    resource: text('subresource') ? `${text('resource')}/${text('subresource')}` : text('resource'),
    ...(text('namespace') ? { namespace: text('namespace') } : {}),
    ...(text('name') ? { name: text('name') } : {}),
  };
  const allowed = decideAccess(registry, user, attributes);
  return { ...review, status: { allowed, ...(allowed ? {} : { reason: 'no role or access policy allows it' }) } };
}

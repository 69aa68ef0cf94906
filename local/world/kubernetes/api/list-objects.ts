// Lists: selectors, pages, and deleting what a list selects.
import { parseFieldSelector } from '../resources/field-selector.ts';
import type { KubernetesObject } from '../resources/kubernetes-object.ts';
import { parseLabelSelector } from '../resources/label-selector.ts';
import type { ResourceType } from '../resources/resource-type.ts';
import type { ObjectRegistry } from '../storage/object-registry.ts';
import { badRequest, expired } from './status-error.ts';

export interface ListPage {
  readonly items: readonly KubernetesObject[];
  readonly metadata: { resourceVersion: string; continue?: string; remainingItemCount?: number };
}

interface Continuation {
  version: number;
  start: string;
}

/** Which objects the request's labelSelector and fieldSelector select. Throws StatusError 400. */
export function parseSelectors(type: ResourceType, query: URLSearchParams): (object: KubernetesObject) => boolean {
  try {
    const labels = parseLabelSelector(query.get('labelSelector') ?? '');
    const fields = parseFieldSelector(type, query.get('fieldSelector') ?? '');
    return (object) => labels(object.metadata.labels) && fields(object);
  } catch (error) {
    throw badRequest(error instanceof Error ? error.message : String(error));
  }
}

/** One page of the objects that the query selects. Throws StatusError 400, 410. */
export function listObjects(
  registry: ObjectRegistry,
  type: ResourceType,
  namespace: string | undefined,
  query: URLSearchParams,
): ListPage {
  const selects = parseSelectors(type, query);
  const limit = Number(query.get('limit') ?? 0);
  if (!Number.isInteger(limit) || limit < 0)
    throw badRequest(`limit: got "${query.get('limit')}", must be a whole number`);
  const from = parseContinuation(query.get('continue'), registry);
  const matching = registry
    .list(type, namespace)
    .filter((object) => selects(object) && (!from || keyOf(object) >= from.start));
  const version = String(from?.version ?? registry.store.currentVersion());
  if (limit === 0 || matching.length <= limit) return { items: matching, metadata: { resourceVersion: version } };
  const next = matching[limit];
  const token: Continuation = { version: Number(version), start: next ? keyOf(next) : '' };
  return {
    items: matching.slice(0, limit),
    metadata: {
      resourceVersion: version,
      continue: Buffer.from(JSON.stringify(token)).toString('base64url'),
      remainingItemCount: matching.length - limit,
    },
  };
}

function keyOf(object: KubernetesObject): string {
  return `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
}

function parseContinuation(token: string | null, registry: ObjectRegistry): Continuation | undefined {
  if (!token) return undefined;
  let parsed: Partial<Continuation>;
  try {
    parsed = JSON.parse(Buffer.from(token, 'base64url').toString());
  } catch {
    throw badRequest('continue key is not valid: it is not what a list answered');
  }
  if (typeof parsed.version !== 'number' || typeof parsed.start !== 'string')
    throw badRequest('continue key is not valid: it is not what a list answered');
  if (!registry.store.changesSince(parsed.version))
    throw expired(
      'The provided continue parameter is too old to display a consistent list result. You must start a new list without the continue parameter.',
    );
  return { version: parsed.version, start: parsed.start };
}

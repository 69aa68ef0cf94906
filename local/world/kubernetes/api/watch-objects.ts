// Watches: changes as a stream of JSON lines, from a resourceVersion on.
// https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
import type { ServerResponse } from 'node:http';
import type { KubernetesObject } from '../resources/kubernetes-object.ts';
import type { ResourceType } from '../resources/resource-type.ts';
import type { ObjectRegistry } from '../storage/object-registry.ts';
import type { Change } from '../storage/object-store.ts';
import { parseSelectors } from './list-objects.ts';
import { badRequest, buildStatus, expired } from './status-error.ts';

/** A reader that lets more than this pile up is cut off; it lists again. */
const maximumBacklogBytes = 16 * 1024 * 1024;
const bookmarkIntervalMilliseconds = 60_000;

export interface WatchRequest {
  readonly type: ResourceType;
  readonly namespace?: string;
  readonly name?: string;
  readonly query: URLSearchParams;
  /** How an object is shown: in the version asked for, or as a table row. */
  readonly present: (object: KubernetesObject) => object;
}

/** Streams until the client leaves, `timeoutSeconds` (of the client's time) are over, or `stopped` aborts. */
export function watchObjects(
  registry: ObjectRegistry,
  request: WatchRequest,
  response: ServerResponse,
  stopped: AbortSignal,
): void {
  const { type, query } = request;
  const selectsFields = parseSelectors(type, query);
  const selects = (object: KubernetesObject) =>
    (request.name === undefined || object.metadata.name === request.name) &&
    (request.namespace === undefined || object.metadata.namespace === request.namespace) &&
    selectsFields(object);
  const since = parseVersion(query.get('resourceVersion'));
  const bookmarks = query.get('allowWatchBookmarks') === 'true';
  const resource = `${type.group}/${type.resource}`;

  const send = (event: string, object: object) => {
    response.write(`${JSON.stringify({ type: event, object })}\n`);
    if (response.writableLength > maximumBacklogBytes) response.destroy();
  };
  const forward = (change: Change) => {
    if (change.resource !== resource) return;
    const event = decideEvent(change, selects);
    if (event) send(event, request.present(change.object));
  };
  const bookmark = (annotations?: Record<string, string>) => {
    const resourceVersion = String(registry.store.currentVersion());
    send('BOOKMARK', {
      kind: type.kind,
      apiVersion: type.group === '' ? type.version : `${type.group}/${type.version}`,
      metadata: { resourceVersion, creationTimestamp: null, ...(annotations ? { annotations } : {}) },
    });
  };

  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' });
  response.flushHeaders();
  const initial = query.get('sendInitialEvents') === 'true' || since === 0;
  const missed = initial ? [] : registry.store.changesSince(since);
  if (!missed) {
    const current = registry.store.currentVersion();
    send('ERROR', buildStatus(expired(`too old resource version: ${since} (${current})`)));
    response.end();
    return;
  }
  if (initial) {
    for (const object of registry.list(type, request.namespace))
      if (selects(object)) send('ADDED', request.present(object));
    if (query.get('sendInitialEvents') === 'true') bookmark({ 'k8s.io/initial-events-end': 'true' });
  }
  for (const change of missed) forward(change);
  const unsubscribe = registry.store.subscribe(forward);
  const timer = bookmarks ? setInterval(bookmark, bookmarkIntervalMilliseconds) : undefined;
  const end = () => response.end();
  const timeoutSeconds = Number(query.get('timeoutSeconds') ?? 0) || 1800 + Math.random() * 1800;
  const timeout = setTimeout(end, timeoutSeconds * 1000);
  stopped.addEventListener('abort', end);
  response.on('close', () => {
    unsubscribe();
    clearInterval(timer);
    clearTimeout(timeout);
    stopped.removeEventListener('abort', end);
  });
}

/** An object that moves into or out of the selection appears or disappears for this watcher. */
function decideEvent(change: Change, selects: (object: KubernetesObject) => boolean): string | undefined {
  const before = change.previous !== undefined && selects(change.previous);
  if (change.type === 'DELETED') return before ? 'DELETED' : undefined;
  const after = selects(change.object);
  if (after) return before ? 'MODIFIED' : 'ADDED';
  return before ? 'DELETED' : undefined;
}

function parseVersion(text: string | null): number {
  if (text === null || text === '' || text === '0') return 0;
  if (!/^\d+$/.test(text)) throw badRequest(`Invalid value: "${text}": resourceVersion must be a whole number`);
  return Number(text);
}

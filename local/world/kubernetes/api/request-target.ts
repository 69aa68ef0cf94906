// What a URL of the Kubernetes API names.

export interface ResourceTarget {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  /** Undefined for cluster-scoped resources and for lists over all namespaces. */
  readonly namespace?: string;
  readonly name?: string;
  readonly subresource?: string;
  /** What follows `/proxy`, with its leading slash. */
  readonly rest?: string;
}

/** Undefined for a path that names no resource (discovery, health …). */
export function findResourceTarget(pathname: string): ResourceTarget | undefined {
  const segments = pathname.split('/').filter((segment) => segment !== '');
  const decoded = segments.map(decodeSegment);
  const [root, ...afterRoot] = decoded;
  if (root !== 'api' && root !== 'apis') return undefined;
  const group = root === 'api' ? '' : (afterRoot.shift() ?? '');
  const version = afterRoot.shift();
  const first = afterRoot.shift();
  if (!version || !first || (root === 'apis' && group === '')) return undefined;
  // `/namespaces/<ns>/<resource>…` is namespaced; `/namespaces`, `/namespaces/<ns>` and its own subresources are not.
  const own = ['status', 'finalize'];
  if (first === 'namespaces' && afterRoot.length >= 2 && !own.includes(afterRoot[1] ?? '')) {
    const [namespace = '', resource = '', ...tail] = afterRoot;
    return { group, version, resource, namespace, ...parseTail(tail, pathname) };
  }
  return { group, version, resource: first, ...parseTail(afterRoot, pathname) };
}

function parseTail(tail: readonly string[], pathname: string): Pick<ResourceTarget, 'name' | 'subresource' | 'rest'> {
  const [name, subresource] = tail;
  if (name === undefined) return {};
  if (subresource === undefined) return { name };
  if (subresource !== 'proxy') return { name, subresource };
  const proxy = pathname.indexOf('/proxy');
  return { name, subresource, rest: pathname.slice(proxy + '/proxy'.length) || '/' };
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

// Which operation of a REST service a request means, by method, path and query.
import type { HttpTrait, OperationModel, ServiceModel } from './service-model.ts';
import type { WireRequest } from './wire.ts';

type Segment = { readonly literal: string } | { readonly label: string; readonly isGreedy: boolean };

interface Route {
  readonly operation: OperationModel;
  readonly segments: readonly Segment[];
  readonly queryLiterals: readonly (readonly [name: string, value: string])[];
  readonly requiredQuery: readonly string[];
  readonly requiredHeaders: readonly string[];
}

export interface RouteMatch {
  readonly operation: OperationModel;
  readonly labels: Readonly<Record<string, string>>;
}

/** Routes of one service; the most specific match wins. */
export class RestRouter {
  readonly #routes = new Map<string, Route[]>();

  constructor(model: ServiceModel) {
    for (const operation of model.operations.values()) {
      if (!operation.http) continue;
      const { method } = operation.http;
      const routes = this.#routes.get(method) ?? [];
      routes.push(buildRoute(operation, operation.http));
      this.#routes.set(method, routes);
    }
  }

  find(request: WireRequest): RouteMatch | undefined {
    const parts = request.path.slice(1).split('/');
    let best: RouteMatch | undefined;
    let bestScore = -1;
    for (const route of this.#routes.get(request.method) ?? []) {
      const score = scoreRequest(route, request);
      if (score <= bestScore) continue;
      const labels = matchPath(route.segments, parts);
      if (!labels) continue;
      best = { operation: route.operation, labels };
      bestScore = score;
    }
    return best;
  }
}

function buildRoute(operation: OperationModel, http: HttpTrait): Route {
  const [path = '', query = ''] = http.uri.split('?');
  const segments = path
    .split('/')
    .filter((part) => part !== '')
    .map(parseSegment);
  const inPath = new Set(segments.flatMap((segment) => ('label' in segment ? [segment.label] : [])));
  const { members, required } = operation.input;
  // S3's bucket is a label without a place in the template: in path style it comes first.
  const leading = members.filter(({ name, traits }) => traits.httpLabel && !inPath.has(name));
  return {
    operation,
    segments: [...leading.map(({ name }) => ({ label: name, isGreedy: false })), ...segments],
    queryLiterals: [...new URLSearchParams(query)],
    requiredQuery: members.flatMap(({ name, traits }) =>
      required.has(name) && traits.httpQuery ? [traits.httpQuery] : [],
    ),
    requiredHeaders: members.flatMap(({ name, traits }) =>
      required.has(name) && traits.httpHeader ? [traits.httpHeader.toLowerCase()] : [],
    ),
  };
}

function parseSegment(part: string): Segment {
  if (!part.startsWith('{')) return { literal: part };
  const name = part.slice(1, -1);
  return name.endsWith('+') ? { label: name.slice(0, -1), isGreedy: true } : { label: name, isGreedy: false };
}

/** How specifically the route fits the query and the headers; -1 when it does not. */
function scoreRequest(route: Route, request: WireRequest): number {
  let score = 0;
  for (const [name, value] of route.queryLiterals) {
    // Not every client sends x-id, which only serves to tell operations apart.
    if (name === 'x-id' && !request.query.has('x-id')) continue;
    const sent = request.query.get(name);
    if (sent === null || (value !== '' && sent !== value)) return -1;
    score += 10;
  }
  for (const name of route.requiredQuery) {
    if (!request.query.has(name)) return -1;
    score += 1;
  }
  for (const name of route.requiredHeaders) {
    if (request.headers[name] === undefined) return -1;
    score += 1;
  }
  return score;
}

function matchPath(segments: readonly Segment[], parts: readonly string[]): Record<string, string> | undefined {
  const labels: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    const part = parts[index];
    if (part === undefined || part === '') {
      // A key may begin with a slash, but may not be empty.
      if (!('label' in segment && segment.isGreedy && parts.length > index + 1)) return undefined;
    }
    if ('literal' in segment) {
      if (part !== segment.literal) return undefined;
      continue;
    }
    const value = decode(segment.isGreedy ? parts.slice(index).join('/') : (part as string));
    if (value === undefined) return undefined;
    labels[segment.label] = value;
    if (segment.isGreedy) return labels;
  }
  const isWhole = parts.length === segments.length || (parts.length === segments.length + 1 && parts.at(-1) === '');
  return isWhole ? labels : undefined;
}

function decode(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

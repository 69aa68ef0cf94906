// Which route of an HTTP API answers a request.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html#http-api-develop-routes.evaluation

export interface Route {
  /** `POST /webhooks/{provider}`, `ANY /files/{proxy+}` or `$default`. */
  readonly key: string;
  readonly integrationId: string;
}

export interface RouteMatch {
  readonly route: Route;
  readonly pathParameters: Readonly<Record<string, string>>;
}

interface PathRoute {
  readonly route: Route;
  readonly method: string;
  readonly segments: readonly string[];
  readonly isGreedy: boolean;
}

function isVariable(segment: string): boolean {
  return segment.startsWith('{') && segment.endsWith('}');
}

function parseRoute(route: Route): PathRoute {
  const match = /^(ANY|GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) (\/.*)$/.exec(route.key);
  if (!match?.[1] || !match[2]) {
    throw new Error(`route key "${route.key}" is neither "$default" nor "<METHOD> /<path>" with a method or ANY`);
  }
  const segments = match[2].split('/').slice(1);
  return { route, method: match[1], segments, isGreedy: segments.at(-1)?.endsWith('+}') ?? false };
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function findParameters(route: PathRoute, segments: readonly string[]): Record<string, string> | undefined {
  const fixed = route.isGreedy ? route.segments.length - 1 : route.segments.length;
  if (route.isGreedy ? segments.length <= fixed : segments.length !== fixed) return undefined;
  const parameters: Record<string, string> = {};
  for (let index = 0; index < fixed; index += 1) {
    const expected = route.segments[index] ?? '';
    const actual = segments[index] ?? '';
    if (isVariable(expected)) {
      if (actual === '') return undefined;
      parameters[expected.slice(1, -1)] = decode(actual);
    } else if (expected !== actual) return undefined;
  }
  if (route.isGreedy)
    parameters[route.segments[fixed]?.slice(1, -2) ?? ''] = segments.slice(fixed).map(decode).join('/');
  return parameters;
}

/** Full matches before greedy ones, more fixed segments before fewer, a method before ANY. */
function compareSpecificity(a: PathRoute, b: PathRoute): number {
  const countFixed = (route: PathRoute) => route.segments.filter((segment) => !isVariable(segment)).length;
  return (
    Number(a.isGreedy) - Number(b.isGreedy) ||
    countFixed(b) - countFixed(a) ||
    Number(a.method === 'ANY') - Number(b.method === 'ANY')
  );
}

export class RouteTable {
  #routes: PathRoute[] = [];
  #default: Route | undefined;

  /** Throws for a route key that API Gateway would refuse. */
  add(route: Route): void {
    if (route.key === '$default') this.#default = route;
    else this.#routes = [...this.#routes, parseRoute(route)].sort(compareSpecificity);
  }

  /** `path` begins with a slash and has no query; undefined when no route answers. */
  find(method: string, path: string): RouteMatch | undefined {
    const segments = path.split('/').slice(1);
    for (const route of this.#routes) {
      if (route.method !== 'ANY' && route.method !== method) continue;
      const pathParameters = findParameters(route, segments);
      if (pathParameters) return { route: route.route, pathParameters };
    }
    return this.#default && { route: this.#default, pathParameters: {} };
  }
}

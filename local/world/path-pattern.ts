// Paths with named parts, as API references write them: `/repos/{owner}/{repo}/contents/{path...}`.

/** Decoded values by name. */
export type PathParameters = Readonly<Record<string, string>>;

/**
 * Compiles a pattern: `{name}` matches one segment, `{name...}` one or more. The result gives the decoded parameters
 * of a path that matches, and undefined for any other (badly percent-encoded ones too).
 */
export function compilePathPattern(pattern: string): (path: string) => PathParameters | undefined {
  const names: string[] = [];
  const source = pattern.replace(/\{(\w+)(\.\.\.)?\}|[.*+?^$()|[\]\\]/g, (match, name?: string, rest?: string) => {
    if (name === undefined) return `\\${match}`;
    names.push(name);
    return rest ? '(.+)' : '([^/]+)';
  });
  const expression = new RegExp(`^${source}$`);
  return (path) => {
    const match = expression.exec(path);
    if (!match) return undefined;
    try {
      return Object.fromEntries(names.map((name, index) => [name, decodeURIComponent(match[index + 1] ?? '')]));
    } catch {
      return undefined;
    }
  };
}

/** Finds the first route that matches; the order of the table decides between overlapping patterns. */
export function createRouter<Route extends { readonly method: string; readonly path: string }>(
  routes: readonly Route[],
): (method: string, path: string) => { route: Route; parameters: PathParameters } | undefined {
  const compiled = routes.map((route) => ({ route, match: compilePathPattern(route.path) }));
  return (method, path) => {
    for (const { route, match } of compiled) {
      if (route.method !== method) continue;
      const parameters = match(path);
      if (parameters) return { route, parameters };
    }
    return undefined;
  };
}

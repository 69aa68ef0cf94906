// Orders names so that each comes after what it depends on; otherwise they keep their order.

/**
 * `dependenciesOf` may name what is not among the names: that is passed over. Throws for a circle and shows it;
 * `what` says what the names are of.
 */
export function orderByDependencies(
  names: readonly string[],
  dependenciesOf: (name: string) => Iterable<string>,
  what: string,
): string[] {
  const known = new Set(names);
  const ordered: string[] = [];
  const done = new Set<string>();
  const path: string[] = [];

  function visit(name: string): void {
    if (done.has(name)) return;
    const start = path.indexOf(name);
    if (start !== -1) {
      const circle = [...path.slice(start), name].join(' → ');
      throw new Error(`the ${what} depend on each other in a circle: ${circle}: take one of these references out`);
    }
    path.push(name);
    for (const dependency of dependenciesOf(name)) if (known.has(dependency)) visit(dependency);
    path.pop();
    done.add(name);
    ordered.push(name);
  }

  for (const name of names) visit(name);
  return ordered;
}

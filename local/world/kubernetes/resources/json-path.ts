// The little of JSONPath that printer columns, scale paths and field selectors use.

/** The value at a dotted path (`spec.replicas`, `.status.conditions[?(@.type=="Ready")].status`), or undefined. */
export function findField(value: unknown, path: string): unknown {
  let current = value;
  for (const step of parsePath(path)) {
    if (current === undefined || current === null) return undefined;
    current = step(current);
  }
  return current;
}

type Step = (value: unknown) => unknown;
const stepPattern =
  /\[\?\(@\.([\w.]+)\s*==\s*["']([^"']*)["']\)\]|\[(\d+|\*)\]|\[['"]([^'"]+)['"]\]|\.?((?:[^.[\]\\]|\\.)+)/g;

function parsePath(path: string): Step[] {
  return [...path.matchAll(stepPattern)].map(([, field, wanted, index, quoted, name]) => {
    if (field !== undefined)
      return (value) => (Array.isArray(value) ? value.find((item) => findField(item, field) === wanted) : undefined);
    if (index !== undefined)
      return (value) => (Array.isArray(value) ? value[index === '*' ? 0 : Number(index)] : undefined);
    const key = quoted ?? (name ?? '').replace(/\\(.)/g, '$1');
    return (value) => (typeof value === 'object' ? (value as Record<string, unknown>)[key] : undefined);
  });
}

/** Sets the value at a plain dotted path, making the objects on the way. */
export function setField(target: Record<string, unknown>, path: string, value: unknown): void {
  const names = path.replace(/^\./, '').split('.');
  const last = names.pop() ?? '';
  let current = target;
  for (const name of names) {
    const next = current[name];
    if (typeof next === 'object' && next !== null) current = next as Record<string, unknown>;
    else {
      const created: Record<string, unknown> = {};
      current[name] = created;
      current = created;
    }
  }
  current[last] = value;
}

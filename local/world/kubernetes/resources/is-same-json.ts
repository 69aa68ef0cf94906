// Equality of JSON values: the order of members does not matter, an undefined member is an absent one.

/** Whether two JSON values say the same. */
export function isSameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((item, index) => isSameJson(item, b[index]));
  }
  const left = a as Record<string, unknown>;
  const right = b as Record<string, unknown>;
  const extra = Object.keys(right).some((key) => right[key] !== undefined && left[key] === undefined);
  return !extra && Object.keys(left).every((key) => isSameJson(left[key], right[key]));
}

// JSON values as states pass them on, and how large they may be.

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** The service's limit for the input and the output of a state, in bytes of UTF-8. */
export const LARGEST_STATE_BYTES = 262_144;

/** Deeper values cannot be written safely: JSON.stringify is recursive. */
const DEEPEST_NESTING = 1_000;

/** Says whether the value, written as JSON, fits a state. Small values are accepted without writing them. */
export function isWithinStateLimit(value: Json): boolean {
  if (upperBound(value, DEEPEST_NESTING) <= LARGEST_STATE_BYTES) return true;
  return !isTooDeep(value) && Buffer.byteLength(JSON.stringify(value)) <= LARGEST_STATE_BYTES;
}

/** Says whether the value is nested more deeply than can be journaled. */
export function isTooDeep(value: Json, levels = DEEPEST_NESTING): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  if (Array.isArray(value)) return value.some((item: Json) => isTooDeep(item, levels - 1));
  for (const key in value) if (isTooDeep((value as JsonObject)[key] as Json, levels - 1)) return true;
  return false;
}

/** At least the bytes of the value as JSON; infinite beyond the nesting, and it gives up beyond a state's limit. */
function upperBound(value: Json, levels: number): number {
  if (typeof value === 'string') return value.length * 6 + 2;
  if (typeof value !== 'object' || value === null) return 25;
  if (levels === 0) return Number.POSITIVE_INFINITY;
  let sum = 2;
  if (Array.isArray(value)) {
    for (const item of value) {
      sum += upperBound(item, levels - 1) + 1;
      if (sum > LARGEST_STATE_BYTES) return sum;
    }
    return sum;
  }
  const object = value as JsonObject;
  for (const key of Object.keys(object)) {
    sum += key.length * 6 + 4 + upperBound(object[key] as Json, levels - 1);
    if (sum > LARGEST_STATE_BYTES) return sum;
  }
  return sum;
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

// JSON values as states pass them on, and how large they may be.

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** The service's limit for the input and the output of a state, in bytes of UTF-8. */
export const LARGEST_STATE_BYTES = 262_144;

/** Says whether the value, written as JSON, fits a state. Small values are accepted without writing them. */
export function isWithinStateLimit(value: Json): boolean {
  if (upperBound(value, LARGEST_STATE_BYTES) <= LARGEST_STATE_BYTES) return true;
  return Buffer.byteLength(JSON.stringify(value)) <= LARGEST_STATE_BYTES;
}

/** At least the bytes of the value as JSON; gives up, beyond `enough`, as soon as that is exceeded. */
function upperBound(value: Json, enough: number): number {
  if (typeof value === 'string') return value.length * 6 + 2;
  if (typeof value !== 'object' || value === null) return 25;
  let sum = 2;
  if (Array.isArray(value)) {
    for (const item of value) {
      sum += upperBound(item, enough) + 1;
      if (sum > enough) return sum;
    }
    return sum;
  }
  const object = value as JsonObject;
  for (const key of Object.keys(object)) {
    sum += key.length * 6 + 4 + upperBound(object[key] as Json, enough);
    if (sum > enough) return sum;
  }
  return sum;
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

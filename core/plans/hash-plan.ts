// The hash by which an approval is bound to exactly one plan.
import { createHash } from 'node:crypto';

/** Whatever JSON can say. Keys whose value is undefined count as absent. */
export type PlanValue =
  | string
  | number
  | boolean
  | null
  | undefined
  | readonly PlanValue[]
  | { readonly [key: string]: PlanValue };

/** SHA-256, in hexadecimal, of the plan as canonical JSON: the order of keys does not count, the order of lists does. */
export function hashPlan(plan: PlanValue): string {
  return createHash('sha256').update(canonicalJson(plan)).digest('hex');
}

/** Keys sorted by their UTF-16 code units, no white space. @throws TypeError on a number that JSON cannot say. @see https://datatracker.ietf.org/doc/html/rfc8785 */
export function canonicalJson(value: PlanValue): string {
  if (value === undefined) return 'null';
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new TypeError(`a plan holds numbers that JSON can say, got ${value}`);
  }
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const entries = Object.entries(value).filter(([, entry]) => entry !== undefined);
  const sorted = entries.toSorted(([left], [right]) => (left < right ? -1 : 1));
  return `{${sorted.map(([key, entry]) => `${JSON.stringify(key)}:${canonicalJson(entry)}`).join(',')}}`;
}

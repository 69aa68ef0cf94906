// The name-safe hash of a pod template by which a ReplicaSet is told from its predecessors.
import { createHash } from 'node:crypto';

const alphabet = 'bcdfghjklmnpqrstvwxz2456789';

/** Ten characters; equal for templates that differ in the order of members only. */
export function hashTemplate(template: unknown): string {
  const digest = createHash('sha256').update(canonicalize(template)).digest();
  return [...digest.subarray(0, 10)].map((byte) => alphabet[byte % alphabet.length]).join('');
}

function canonicalize(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

// The functions that Step Functions adds to JSONata, and the one that it takes away.
// https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
import { createHash, randomUUID } from 'node:crypto';
import type { Expression } from 'jsonata';

/** AWS refuses a `$range` of more elements. */
const LARGEST_RANGE = 360_145;
const HASH_ALGORITHMS: ReadonlyMap<string, string> = new Map([
  ['MD5', 'md5'],
  ['SHA-1', 'sha1'],
  ['SHA-256', 'sha256'],
  ['SHA-384', 'sha384'],
  ['SHA-512', 'sha512'],
]);

/** Registers `$partition $range $hash $random $uuid $parse` on the expression, and makes `$eval` fail. */
export function registerAwsFunctions(expression: Expression): void {
  expression.registerFunction('partition', partition);
  expression.registerFunction('range', range);
  expression.registerFunction('hash', hash);
  expression.registerFunction('random', random);
  expression.registerFunction('uuid', randomUUID);
  expression.registerFunction('parse', parse);
  expression.registerFunction('eval', () => {
    throw { code: 'T1006', message: 'Attempted to invoke a non-function' };
  });
}

function partition(array: unknown, size: unknown): unknown[][] | undefined {
  if (array === undefined || typeof size !== 'number') return undefined;
  const items: readonly unknown[] = Array.isArray(array) ? array : [array];
  const chunk = Math.trunc(size);
  if (items.length === 0 || chunk === 0) return undefined;
  if (chunk < 0) throw { code: 'T0410', message: 'the chunk size of $partition must not be negative' };
  return Array.from({ length: Math.ceil(items.length / chunk) }, (_, index) =>
    items.slice(index * chunk, (index + 1) * chunk),
  );
}

function range(start: unknown, end: unknown, step: unknown): number[] | number | undefined {
  if (typeof start !== 'number' || typeof end !== 'number' || typeof step !== 'number') return undefined;
  const [from, to, by] = [Math.trunc(start), Math.trunc(end), Math.trunc(step)];
  if (by === 0 || (to - from) * by < 0) return undefined;
  const count = Math.floor((to - from) / by) + 1;
  if (count > LARGEST_RANGE) throw { code: 'D2014', message: 'Expression evaluation memory limit exceeded' };
  if (count === 1) return from;
  return Array.from({ length: count }, (_, index) => from + index * by);
}

function hash(text: unknown, algorithm: unknown): string | undefined {
  if (typeof text !== 'string' || algorithm === undefined) return undefined;
  const name = HASH_ALGORITHMS.get(String(algorithm));
  if (!name) {
    throw {
      code: 'T0410',
      message: `unknown algorithm "${algorithm}" for $hash: use one of ${[...HASH_ALGORITHMS.keys()].join(', ')}`,
    };
  }
  return createHash(name).update(text).digest('hex');
}

/** A number in [0, 1); the same for the same seed. */
function random(seed: unknown): number {
  if (typeof seed !== 'number') return Math.random();
  const digest = createHash('sha256')
    .update(String(Math.trunc(seed)))
    .digest();
  return digest.readUIntBE(0, 6) / 2 ** 48;
}

function parse(text: unknown): unknown {
  if (typeof text !== 'string') return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw { code: 'D3120', message: `$parse got text that is not JSON: ${(error as Error).message}` };
  }
}

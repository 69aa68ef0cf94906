// JSON patch, RFC 6902.
import fastJsonPatch, { type Operation } from 'fast-json-patch';

/** The target with the operations applied; it is not changed. Throws TypeError naming the operation that failed. */
export function applyJsonPatch(target: object, operations: unknown): unknown {
  if (!Array.isArray(operations)) throw new TypeError('a JSON patch must be an array of operations');
  const error = fastJsonPatch.validate(operations as Operation[]);
  if (error) throw new TypeError(firstLine(error.message));
  try {
    return fastJsonPatch.applyPatch(structuredClone(target), operations as Operation[], true).newDocument;
  } catch (error) {
    throw new TypeError(firstLine(error instanceof Error ? error.message : String(error)), { cause: error });
  }
}

function firstLine(message: string): string {
  return message.split('\n')[0] ?? message;
}

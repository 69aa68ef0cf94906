// A Map's ItemBatcher: several items for one child execution.
import type { ItemBatcher } from '../definition/state-machine.ts';
import { EvaluationFailure } from '../expression/evaluator.ts';
import type { Template } from '../expression/template.ts';
import type { Json } from '../json.ts';
import type { Thread } from '../thread.ts';

/** Puts the items into batches, `{ BatchInput?, Items }`, within the number and the bytes that the batcher sets. */
export async function batchItems(batcher: ItemBatcher, items: readonly Json[], thread: Thread): Promise<Json[]> {
  const maximumItems = await evaluateLimit(batcher.maxItemsPerBatch, 'ItemBatcher/MaxItemsPerBatch', thread);
  const maximumBytes = await evaluateLimit(batcher.maxInputBytesPerBatch, 'ItemBatcher/MaxInputBytesPerBatch', thread);
  const batchInput = batcher.batchInput ? await thread.evaluateOne(batcher.batchInput) : undefined;
  const build = (batch: readonly Json[]): Json =>
    batchInput === undefined ? { Items: batch } : { BatchInput: batchInput, Items: batch };
  const emptyBytes = Buffer.byteLength(JSON.stringify(build([])));
  const batches: Json[] = [];
  let batch: Json[] = [];
  let bytes = emptyBytes;
  for (const item of items) {
    const itemBytes = Buffer.byteLength(JSON.stringify(item)) + 1;
    if (batch.length > 0 && (batch.length >= maximumItems || bytes + itemBytes > maximumBytes)) {
      batches.push(build(batch));
      batch = [];
      bytes = emptyBytes;
    }
    batch.push(item);
    bytes += itemBytes;
  }
  if (batch.length > 0) batches.push(build(batch));
  return batches;
}

async function evaluateLimit(template: Template | undefined, field: string, thread: Thread): Promise<number> {
  if (!template) return Number.POSITIVE_INFINITY;
  const value = await thread.evaluateOne(template);
  if (typeof value === 'number' && value > 0) return value;
  throw new EvaluationFailure(
    field,
    `The field '${field}' must evaluate to a positive number, but was: ${JSON.stringify(value)}`,
  );
}

// The worker thread that evaluates expressions which could run away: the pool kills it when they do.
import { parentPort } from 'node:worker_threads';
import { evaluateExpression } from './evaluate-expression.ts';
import { parseExpression } from './parse-expression.ts';
import type { EvaluationAnswer, EvaluationBatch, EvaluationResult } from './worker-messages.ts';

const GUARDED_PROTOTYPES = [Object.prototype, Array.prototype, String.prototype, Number.prototype, Boolean.prototype];

for (const prototype of GUARDED_PROTOTYPES) Object.preventExtensions(prototype);
const soundPrototypes = describePrototypes();

async function evaluateOne(source: string, batch: EvaluationBatch): Promise<EvaluationResult> {
  try {
    const value = await evaluateExpression(parseExpression(source).parsed, batch.bindings, batch.nowMilliseconds);
    return { json: JSON.stringify(value) ?? null };
  } catch (error) {
    return { failure: (error as Error).message };
  }
}

async function evaluateBatch(batch: EvaluationBatch): Promise<EvaluationAnswer> {
  const results: EvaluationResult[] = [];
  for (const source of batch.sources) results.push(await evaluateOne(source, batch));
  const isTainted = describePrototypes().some((value, index) => value !== soundPrototypes[index]);
  return { results, isTainted };
}

function describePrototypes(): unknown[] {
  return GUARDED_PROTOTYPES.flatMap((prototype) =>
    Object.values(Object.getOwnPropertyDescriptors(prototype)).flatMap(({ value, get, set }) => [value, get, set]),
  );
}

parentPort?.on('message', async (batch: EvaluationBatch) => {
  parentPort?.postMessage(await evaluateBatch(batch));
});

parentPort?.postMessage('ready');

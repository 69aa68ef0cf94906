// Map: runs its processor once for each item, in this execution (INLINE) or as child executions of a run (DISTRIBUTED).
import type { MapState } from '../definition/state-machine.ts';
import { EvaluationFailure } from '../expression/evaluator.ts';
import type { Template } from '../expression/template.ts';
import { isJsonObject, isTooDeep, isWithinStateLimit, type Json, type JsonObject } from '../json.ts';
import { type ChildrenProgress, runChildren } from '../run-children.ts';
import {
  dataLimitFailure,
  describeFailure,
  fromRecordedFailure,
  StateFailure,
  toRecordedFailure,
} from '../state-failure.ts';
import type { StateOutcome } from '../state-runners.ts';
import type { Thread } from '../thread.ts';
import { batchItems } from './map-batches.ts';
import { readItems } from './map-item-reader.ts';
import { writeResults } from './map-result-writer.ts';

/** What the service runs at a time when `MaxConcurrency` is 0 or absent. */
const INLINE_CONCURRENCY = 40;
const DISTRIBUTED_CONCURRENCY = 10_000;

interface MapEntry {
  readonly value: Json;
  readonly key?: string;
}

interface MapProgress extends ChildrenProgress {
  readonly entries: readonly MapEntry[];
  readonly concurrency: number;
  readonly toleratedCount?: number;
  readonly toleratedPercentage?: number;
  readonly mapRunArn?: string;
}

export async function runMap(state: MapState, thread: Thread): Promise<StateOutcome> {
  const progress = (thread.progress as MapProgress | undefined) ?? (await startMap(state, thread));
  if (progress.result !== undefined) return { result: progress.result };
  if (progress.failure) throw fromRecordedFailure(progress.failure);
  const { entries, startedEventId } = progress;
  try {
    const results = await runChildren(thread, {
      count: entries.length,
      startedEventId,
      machine: () => state.processor,
      child: async (index) => ({
        machine: state.processor,
        input: await selectInput(state, thread, entries, index),
        ...(state.isDistributed ? {} : { item: describeItem(entries, index) }),
      }),
      concurrency: progress.concurrency,
      tolerates: (failedCount) => isTolerated(failedCount, progress),
      isDetached: state.isDistributed,
      onStart: (child, index) => child.record('MapIterationStarted', { name: state.name, index }),
      onEnd: (child, index, failure) =>
        child.record(failure ? 'MapIterationFailed' : 'MapIterationSucceeded', { name: state.name, index }),
      onAbort: (child, index) => child.record('MapIterationAborted', { name: state.name, index }),
    });
    const result = state.resultWriter
      ? await writeResults(state, thread, results, progress.mapRunArn ?? '')
      : results.flatMap((child) => ('output' in child ? [child.output] : []));
    if (state.isDistributed) thread.record('MapRunSucceeded');
    thread.record('MapStateSucceeded');
    thread.save({ progress: { ...progress, result } });
    return { result };
  } catch (error) {
    if (!(error instanceof StateFailure)) throw error;
    const failure = describeMapFailure(error, state, progress);
    if (state.isDistributed) thread.record('MapRunFailed', lowerCase(failure));
    thread.record('MapStateFailed', lowerCase(failure));
    thread.save({ progress: { ...progress, failure: toRecordedFailure(failure) } });
    throw failure;
  }
}

async function startMap(state: MapState, thread: Thread): Promise<MapProgress> {
  const entries = await prepareEntries(state, thread);
  const concurrency = await evaluateNumber(thread, state.maxConcurrency, 'MaxConcurrency');
  const toleratedCount = await evaluateNumber(thread, state.toleratedFailureCount, 'ToleratedFailureCount');
  const toleratedPercentage = await evaluateNumber(
    thread,
    state.toleratedFailurePercentage,
    'ToleratedFailurePercentage',
  );
  let startedEventId = thread.record('MapStateStarted', { length: entries.length });
  const mapRunArn = state.isDistributed ? createMapRunArn(state, thread) : undefined;
  if (mapRunArn) startedEventId = thread.record('MapRunStarted', { mapRunArn });
  const progress: MapProgress = {
    entries,
    childCount: entries.length,
    startedEventId,
    concurrency: concurrency || (state.isDistributed ? DISTRIBUTED_CONCURRENCY : INLINE_CONCURRENCY),
    ...(toleratedCount === undefined ? {} : { toleratedCount }),
    ...(toleratedPercentage === undefined ? {} : { toleratedPercentage }),
    ...(mapRunArn === undefined ? {} : { mapRunArn }),
  };
  thread.save({ progress });
  return progress;
}

async function prepareEntries(state: MapState, thread: Thread): Promise<readonly MapEntry[]> {
  const source = state.itemReader
    ? await readItems(state.itemReader, thread)
    : state.items
      ? await thread.evaluateOne(state.items)
      : thread.input;
  if (isTooDeep(source)) throw dataLimitFailure(state.name);
  const entries = listEntries(source);
  if (!state.itemBatcher) return entries;
  const selected: Json[] = [];
  for (const index of entries.keys()) selected.push(await selectItem(state, thread, entries, index));
  return (await batchItems(state.itemBatcher, selected, thread)).map((value) => ({ value }));
}

function listEntries(source: Json): readonly MapEntry[] {
  if (Array.isArray(source)) return source.map((value: Json) => ({ value }));
  if (isJsonObject(source)) return Object.entries(source).map(([key, value]) => ({ key, value }));
  throw new EvaluationFailure(
    'Items',
    `The field 'Items' must evaluate to an array or an object, but was: ${JSON.stringify(source)}`,
  );
}

async function selectInput(
  state: MapState,
  thread: Thread,
  entries: readonly MapEntry[],
  index: number,
): Promise<Json> {
  // The items of a batch were selected before they were put together.
  const input = state.itemBatcher
    ? (entries[index] as MapEntry).value
    : await selectItem(state, thread, entries, index);
  if (!isWithinStateLimit(input)) throw dataLimitFailure(state.name);
  return input;
}

async function selectItem(state: MapState, thread: Thread, entries: readonly MapEntry[], index: number): Promise<Json> {
  if (state.itemSelector) {
    return thread.evaluateOne(state.itemSelector, { item: describeItem(entries, index) });
  }
  const { key, value } = entries[index] as MapEntry;
  return key === undefined ? value : { Key: key, Value: value };
}

function describeItem(entries: readonly MapEntry[], index: number) {
  const { key, value } = entries[index] as MapEntry;
  return { Index: index, Value: value, ...(key === undefined ? {} : { Key: key }) };
}

async function evaluateNumber(
  thread: Thread,
  template: Template | undefined,
  field: string,
): Promise<number | undefined> {
  if (!template) return undefined;
  const value = await thread.evaluateOne(template);
  if (typeof value === 'number' && value >= 0) return value;
  throw new EvaluationFailure(
    field,
    `The field '${field}' must evaluate to a number of at least 0, but was: ${JSON.stringify(value)}`,
  );
}

function isTolerated(failedCount: number, progress: MapProgress): boolean {
  const { toleratedCount, toleratedPercentage, childCount } = progress;
  if (toleratedCount === undefined && toleratedPercentage === undefined) return false;
  return (
    failedCount <= (toleratedCount ?? Number.POSITIVE_INFINITY) &&
    (failedCount / childCount) * 100 <= (toleratedPercentage ?? Number.POSITIVE_INFINITY)
  );
}

/** A run of child executions, and a threshold that was set, report that the threshold was exceeded. */
function describeMapFailure(failure: StateFailure, state: MapState, progress: MapProgress): StateFailure {
  const hasThreshold = progress.toleratedCount !== undefined || progress.toleratedPercentage !== undefined;
  if (failure.error === 'States.Runtime' || (!state.isDistributed && !hasThreshold)) return failure;
  if (failure.error === 'States.ResultWriterFailed') return failure;
  return new StateFailure(
    'States.ExceedToleratedFailureThreshold',
    `The specified tolerated failure threshold was exceeded. The last failed iteration: ${JSON.stringify(describeFailure(failure))}`,
  );
}

function lowerCase(failure: StateFailure): JsonObject {
  return failure.cause === undefined ? { error: failure.error } : { error: failure.error, cause: failure.cause };
}

function createMapRunArn(state: MapState, thread: Thread): string {
  const { arn, stateMachineName } = thread.run.description;
  const [partition, region, accountId] = [1, 3, 4].map((index) => arn.split(':')[index]);
  // The same for the same entry of the state, so that a crash does not change it.
  const run = `${arn.split(':').at(-1)}-${thread.checkpoint.enteredEventId}${thread.path && `-${thread.path}`}`;
  return `arn:${partition}:states:${region}:${accountId}:mapRun:${stateMachineName}/${state.label ?? state.name}:${run}`;
}

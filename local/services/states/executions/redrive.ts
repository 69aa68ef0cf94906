// Redrive: starting an unsuccessful execution again from the states that did not succeed.
// https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html
import type { Checkpoint } from '../engine/checkpoint.ts';
import type { Journal } from '../engine/journal.ts';
import { type ChildrenProgress, childPath } from '../engine/run-children.ts';
import type { ExecutionRecord } from './execution-record.ts';

const REDRIVABLE_PERIOD_MILLISECONDS = 14 * 86_400_000;
const LARGEST_EVENT_COUNT = 24_999;
const MOST_REDRIVES = 1_000;

/** Says why the execution cannot be redriven; undefined when it can. */
export function decideRedrive(record: ExecutionRecord, nowMilliseconds: number): string | undefined {
  if (record.status === 'RUNNING' || record.status === 'SUCCEEDED') {
    return `Execution is ${record.status} and cannot be redriven`;
  }
  if (nowMilliseconds - (record.stoppedAtMilliseconds ?? 0) > REDRIVABLE_PERIOD_MILLISECONDS) {
    return 'Execution is past the redrivable period of 14 days';
  }
  if (record.lastEventId >= LARGEST_EVENT_COUNT) return 'Execution history event limit exceeded';
  if (record.redriveCount >= MOST_REDRIVES) return 'Execution redrive limit exceeded';
  return undefined;
}

/** Sets every line that did not succeed back to the start of its state; what succeeded keeps its result. */
export function resetForRedrive(journal: Journal, path: string, redrivenEventId: number): void {
  const checkpoint = journal.find(path);
  if (!checkpoint || checkpoint.status === 'succeeded') return;
  const { failure: _failure, retryAtMilliseconds: _retryAt, progress, ...rest } = checkpoint;
  const children = findChildren(progress);
  const reset: Checkpoint = {
    ...rest,
    status: 'running',
    retries: [],
    ...(path === '' ? { lastEventId: redrivenEventId } : {}),
    ...(children ? { progress: children } : {}),
  };
  journal.save(path, reset);
  for (let index = 0; index < (children?.childCount ?? 0); index += 1) {
    resetForRedrive(journal, childPath(path, index), redrivenEventId);
  }
}

/** A state with children goes on with those that did not succeed. */
function findChildren(progress: object | undefined): ChildrenProgress | undefined {
  if (!progress || !('childCount' in progress)) return undefined;
  const { result: _result, failure: _failure, ...begun } = progress as ChildrenProgress;
  return begun;
}

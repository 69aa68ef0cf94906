// Runs the branches of a Parallel and the iterations of a Map: some at a time, and all or nothing unless told otherwise.
import type { HistoryEventType } from '@aws-sdk/client-sfn';
import type { Checkpoint, MapItem, RecordedFailure } from './checkpoint.ts';
import type { StateMachine } from './definition/state-machine.ts';
import type { Journal } from './journal.ts';
import type { Json } from './json.ts';
import { runThread } from './run-thread.ts';
import type { Scope } from './scope.ts';
import { StateFailure } from './state-failure.ts';
import { Thread } from './thread.ts';

/** What a state with children keeps as its progress. */
export interface ChildrenProgress {
  readonly childCount: number;
  /** The event that the children's histories begin with. */
  readonly startedEventId: number;
  /** What came of the state, before its Output and Assign. */
  readonly result?: Json;
  readonly failure?: RecordedFailure;
}

export interface Child {
  readonly machine: StateMachine;
  readonly input: Json;
  readonly item?: MapItem;
}

export interface ChildrenOptions {
  readonly count: number;
  readonly startedEventId: number;
  /** Made when it is its turn; not at all when it has begun before a crash. */
  child(index: number): Promise<Child> | Child;
  machine(index: number): StateMachine;
  /** How many run at a time. */
  readonly concurrency: number;
  /** Says whether the state can still succeed with so many failed children. */
  tolerates(failedCount: number): boolean;
  /** Child executions of a distributed Map: no history, no outer variables. */
  readonly isDetached?: boolean;
  readonly onStart?: (child: Thread, index: number) => void;
  /** In the tick in which the child's end is remembered. */
  readonly onEnd?: (child: Thread, index: number, failure: StateFailure | undefined) => void;
  /** A child that is given up because another one failed. */
  readonly onAbort?: (child: Thread, index: number) => void;
}

export type ChildResult = { readonly output: Json } | { readonly failure: StateFailure };

/**
 * Runs all children and gives their results in order. Throws the failure that was one too many, after cancelling
 * those that still run. Children that ended before a crash are not run again.
 */
export function runChildren(parent: Thread, options: ChildrenOptions): Promise<ChildResult[]> {
  const results: ChildResult[] = new Array(options.count);
  const running = new Map<number, Thread>();
  const scope = parent.scope.child();
  let nextIndex = 0;
  let endedCount = 0;
  let failedCount = 0;
  let isOver = false;

  const ended = new Promise<ChildResult[]>((resolve, reject) => {
    scope.onCancel(reject);
    const giveUp = (error: unknown) => {
      if (isOver) return;
      isOver = true;
      if (error instanceof StateFailure && !parent.scope.isCancelled) abortRunning();
      reject(error);
      scope.cancel('a sibling failed');
    };
    const abortRunning = () => {
      for (const [index, child] of running) {
        recordAbortion(child);
        options.onAbort?.(child, index);
      }
    };
    const settle = (index: number, result: ChildResult) => {
      results[index] = result;
      endedCount += 1;
      if ('failure' in result) {
        failedCount += 1;
        if (!options.tolerates(failedCount)) return giveUp(result.failure);
      }
      if (endedCount === options.count) {
        isOver = true;
        resolve(results);
      } else {
        startMore();
      }
    };
    const startMore = () => {
      while (!isOver && nextIndex < options.count && nextIndex - endedCount < options.concurrency) {
        const index = nextIndex++;
        const { meter } = parent.run.engine;
        meter.enter();
        runChild(parent, scope, options, index, running)
          .finally(() => meter.leave())
          .then((result) => settle(index, result), giveUp);
      }
    };
    if (options.count === 0) resolve(results);
    else startMore();
  });
  // The children are at work, each for itself; their parent only waits.
  return parent.run.engine.meter.idle(ended).finally(() => scope.end());
}

async function runChild(
  parent: Thread,
  scope: Scope,
  options: ChildrenOptions,
  index: number,
  running: Map<number, Thread>,
): Promise<ChildResult> {
  const path = childPath(parent.path, index);
  const known = parent.run.journal.find(path);
  const created = known ? undefined : await options.child(index);
  scope.check();
  const thread = new Thread(
    {
      run: parent.run,
      machine: options.machine(index),
      path,
      scope,
      ...(options.isDetached ? {} : { outer: parent }),
      isSilent: parent.isSilent || (options.isDetached ?? false),
      onEnd: (child, failure) => options.onEnd?.(child, index, failure),
    },
    known ?? initialCheckpoint(created as Child, options.startedEventId),
  );
  if (thread.checkpoint.status === 'succeeded') return { output: thread.checkpoint.output as Json };
  running.set(index, thread);
  if (!known) options.onStart?.(thread, index);
  try {
    return { output: await runThread(thread) };
  } catch (error) {
    if (!(error instanceof StateFailure)) throw error;
    return { failure: error };
  } finally {
    running.delete(index);
  }
}

function initialCheckpoint(child: Child, startedEventId: number): Checkpoint {
  return {
    status: 'running',
    state: '',
    input: child.input,
    variables: {},
    enteredAtMilliseconds: 0,
    enteredEventId: 0,
    lastEventId: startedEventId,
    retries: [],
    ...(child.item === undefined ? {} : { item: child.item }),
  };
}

/** Drops what is kept of a state's children: it is left, or tried anew. */
export function forgetChildren(parent: Thread): void {
  forgetBelow(parent.run.journal, parent.path, parent.progress);
}

/** Drops what is kept of a line of control and all below it. */
export function forgetLine(journal: Journal, path: string): void {
  const checkpoint = journal.find(path);
  if (!checkpoint) return;
  forgetBelow(journal, path, checkpoint.progress);
  journal.forget(path);
}

function forgetBelow(journal: Journal, path: string, progress: object | undefined): void {
  const { childCount = 0 } = (progress ?? {}) as Partial<ChildrenProgress>;
  for (let index = 0; index < childCount; index += 1) forgetLine(journal, childPath(path, index));
}

export function childPath(parentPath: string, index: number): string {
  return parentPath === '' ? String(index) : `${parentPath}.${index}`;
}

const ABORTABLE: ReadonlySet<string> = new Set(['Task', 'Wait', 'Parallel', 'Map']);

function recordAbortion(child: Thread): void {
  const type = child.machine.states.get(child.checkpoint.state)?.type;
  if (type && ABORTABLE.has(type)) child.record(`${type}StateAborted` as HistoryEventType);
}

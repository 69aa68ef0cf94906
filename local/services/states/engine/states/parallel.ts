// Parallel: runs its branches at once; the first failure cancels the others.
import type { ParallelState, StateMachine } from '../definition/state-machine.ts';
import { isWithinStateLimit, type Json } from '../json.ts';
import { type ChildrenProgress, runChildren } from '../run-children.ts';
import { dataLimitFailure, fromRecordedFailure, StateFailure, toRecordedFailure } from '../state-failure.ts';
import type { StateOutcome } from '../state-runners.ts';
import type { Thread } from '../thread.ts';

interface ParallelProgress extends ChildrenProgress {
  readonly arguments: Json;
}

export async function runParallel(state: ParallelState, thread: Thread): Promise<StateOutcome> {
  let progress = thread.progress as ParallelProgress | undefined;
  if (!progress) {
    const args = state.arguments ? await thread.evaluateOne(state.arguments) : thread.input;
    if (!isWithinStateLimit(args)) throw dataLimitFailure(state.name);
    const startedEventId = thread.record('ParallelStateStarted');
    progress = { arguments: args, childCount: state.branches.length, startedEventId };
    thread.save({ progress });
  }
  if (progress.result !== undefined) return { result: progress.result };
  if (progress.failure) throw fromRecordedFailure(progress.failure);
  const { arguments: input, startedEventId } = progress;
  const machine = (index: number) => state.branches[index] as StateMachine;
  try {
    const results = await runChildren(thread, {
      count: state.branches.length,
      startedEventId,
      machine,
      child: (index) => ({ machine: machine(index), input }),
      concurrency: Number.POSITIVE_INFINITY,
      tolerates: () => false,
    });
    const result = results.map((child) => ('output' in child ? child.output : null));
    thread.record('ParallelStateSucceeded');
    thread.save({ progress: { ...progress, result } });
    return { result };
  } catch (error) {
    if (!(error instanceof StateFailure)) throw error;
    thread.record('ParallelStateFailed', describe(error));
    thread.save({ progress: { ...progress, failure: toRecordedFailure(error) } });
    throw error;
  }
}

function describe({ error, cause }: StateFailure): Record<string, Json> {
  return cause === undefined ? { error } : { error, cause };
}

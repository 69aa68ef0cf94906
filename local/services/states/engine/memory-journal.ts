// A journal that keeps everything in memory: for Express executions, TestState, tests and the bench.
import type { Checkpoint } from './checkpoint.ts';
import type { ExecutionResult, Journal, RecordedEvent } from './journal.ts';

export interface MemoryJournal extends Journal {
  readonly events: readonly RecordedEvent[];
  readonly result: ExecutionResult | undefined;
}

/** `keepsEvents: false` forgets the history, for measuring the engine alone. */
export function createMemoryJournal(options: { keepsEvents?: boolean } = {}): MemoryJournal {
  const events: RecordedEvent[] = [];
  const checkpoints = new Map<string, Checkpoint>();
  let ended: ExecutionResult | undefined;
  return {
    events,
    get result() {
      return ended;
    },
    record(event) {
      if (options.keepsEvents !== false) events.push(event);
    },
    save: (path, checkpoint) => void checkpoints.set(path, checkpoint),
    forget: (path) => void checkpoints.delete(path),
    find: (path) => checkpoints.get(path),
    end(result) {
      ended = result;
    },
    flush: () => undefined,
  };
}

// The journal of a Standard execution: its record, its history and its checkpoints, in the runtime's store.
import type { RuntimeContext } from '../../../runtime/context.ts';
import type { Table } from '../../../storage/store.ts';
import type { Checkpoint } from '../engine/checkpoint.ts';
import type { ExecutionResult, Journal, RecordedEvent } from '../engine/journal.ts';
import { forgetLine } from '../engine/run-children.ts';
import type { ExecutionRecord } from './execution-record.ts';

/** Real time between attempts to write a journal that cannot be written, e.g. on a full disk. */
const FLUSH_RETRY_MILLISECONDS = 1_000;

export class DurableJournals {
  readonly #context: RuntimeContext;
  readonly #onEvent: (executionArn: string, event: RecordedEvent) => void;
  readonly executions: Table<ExecutionRecord>;
  readonly #history: Table<RecordedEvent>;
  readonly #checkpoints: Table<Checkpoint>;

  constructor(context: RuntimeContext, onEvent: (executionArn: string, event: RecordedEvent) => void) {
    this.#context = context;
    this.#onEvent = onEvent;
    this.executions = context.store.table('states/executions');
    this.#history = context.store.table('states/history');
    this.#checkpoints = context.store.table('states/checkpoints');
  }

  open(executionArn: string): Journal {
    const checkpointKey = (path: string) => `${executionArn}/${path}`;
    return {
      record: (event) => {
        this.#history.put(historyKey(executionArn, event.id), event);
        this.#onEvent(executionArn, event);
      },
      save: (path, checkpoint) => this.#checkpoints.put(checkpointKey(path), checkpoint),
      forget: (path) => this.#checkpoints.delete(checkpointKey(path)),
      find: (path) => this.#checkpoints.get(checkpointKey(path)),
      end: (result, lastEventId) => this.#end(executionArn, result, lastEventId),
      flush: () => this.#flush(),
    };
  }

  findEvent(executionArn: string, id: number): RecordedEvent | undefined {
    return this.#history.get(historyKey(executionArn, id));
  }

  /** The last event id of each execution, for those whose record does not know it: they were running. */
  countEvents(): ReadonlyMap<string, number> {
    const lastIds = new Map<string, number>();
    for (const [key, event] of this.#history.entries()) {
      const arn = key.slice(0, key.lastIndexOf('/'));
      lastIds.set(arn, Math.max(lastIds.get(arn) ?? 0, event.id));
    }
    return lastIds;
  }

  /** Forgets an execution altogether, as the service does after its retention. */
  forget(record: ExecutionRecord): void {
    for (let id = 1; id <= record.lastEventId; id += 1) this.#history.delete(historyKey(record.arn, id));
    forgetLine(this.open(record.arn), '');
    this.executions.delete(record.arn);
  }

  #end(executionArn: string, result: ExecutionResult, lastEventId: number): void {
    const record = this.executions.get(executionArn);
    if (!record) return;
    const { status, ...rest } = result;
    const details = 'output' in rest ? { output: JSON.stringify(rest.output) } : rest;
    this.executions.put(executionArn, {
      ...record,
      ...details,
      status,
      lastEventId,
      stoppedAtMilliseconds: this.#context.clock.now(),
      hasUnpublishedEnd: true,
    });
    // A failed execution can be redriven from where it stands.
    if (status === 'SUCCEEDED') this.#checkpoints.delete(`${executionArn}/`);
  }

  /** Nothing may happen before its cause is on disk: while the disk refuses, executions stand still. */
  async #flush(): Promise<void> {
    for (;;) {
      try {
        await this.#context.store.flush();
        return;
      } catch (error) {
        this.#context.trace.record({
          service: 'states',
          name: 'journal-failed',
          subject: 'journal',
          details: { message: (error as Error).message },
        });
        await new Promise((resolve) => setTimeout(resolve, FLUSH_RETRY_MILLISECONDS));
      }
    }
  }
}

function historyKey(executionArn: string, id: number): string {
  return `${executionArn}/${String(id).padStart(5, '0')}`;
}

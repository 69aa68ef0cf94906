// The executions there are: starts them, brings them back after a crash, stops and redrives them.
import type { RuntimeContext } from '../../../runtime/context.ts';
import { AwsError } from '../../../runtime/service.ts';
import type { ServiceMetrics } from '../../../runtime/service-metrics.ts';
import type { Engine } from '../engine/engine.ts';
import { ExecutionRun } from '../engine/execution-run.ts';
import type { RecordedEvent } from '../engine/journal.ts';
import type { Json } from '../engine/json.ts';
import { buildExecutionArn, type StateMachineRecord } from '../state-machines/state-machine-record.ts';
import type { StateMachineRegistry } from '../state-machines/state-machine-registry.ts';
import { DurableJournals } from './durable-journal.ts';
import type { ExecutionRecord } from './execution-record.ts';
import { measureExecution } from './measure-execution.ts';
import { decideRedrive, resetForRedrive } from './redrive.ts';
import { publishStatusChange } from './status-change-event.ts';
import { traceEvent } from './trace-events.ts';

const RETENTION_MILLISECONDS = 90 * 86_400_000;

export interface StartOptions {
  readonly stateMachine: StateMachineRecord;
  readonly name: string;
  /** JSON text. */
  readonly input: string;
  readonly traceHeader?: string;
}

export class ExecutionRegistry {
  readonly #context: RuntimeContext;
  readonly #engine: Engine;
  readonly #stateMachines: StateMachineRegistry;
  readonly #metrics: ServiceMetrics;
  readonly #journals: DurableJournals;
  readonly #running = new Map<string, ExecutionRun>();
  #isStopped = false;
  readonly #publishing = new Set<Promise<void>>();
  readonly #endListeners = new Map<string, (() => void)[]>();

  constructor(context: RuntimeContext, engine: Engine, stateMachines: StateMachineRegistry, metrics: ServiceMetrics) {
    this.#context = context;
    this.#metrics = metrics;
    this.#engine = engine;
    this.#stateMachines = stateMachines;
    this.#journals = new DurableJournals(context, (arn, event) => traceEvent(context.trace, arn, event));
  }

  /** Starts a Standard execution; durable when the promise resolves. Throws ExecutionAlreadyExists. */
  async start(options: StartOptions): Promise<ExecutionRecord> {
    const { stateMachine, name, input, traceHeader } = options;
    const arn = buildExecutionArn(stateMachine.arn, name);
    const known = this.#journals.executions.get(arn);
    if (known) {
      if (known.status !== 'RUNNING' || known.input !== input) {
        throw new AwsError('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`);
      }
      await this.#context.store.flush();
      return known;
    }
    const record: ExecutionRecord = {
      arn,
      name,
      stateMachineArn: stateMachine.arn,
      revisionId: stateMachine.revisionId,
      status: 'RUNNING',
      input,
      startedAtMilliseconds: this.#context.clock.now(),
      lastEventId: 0,
      redriveCount: 0,
      ...(traceHeader === undefined ? {} : { traceHeader }),
    };
    this.#journals.executions.put(arn, record);
    const run = this.#createRun(record, 0);
    run.begin();
    await this.#context.store.flush();
    this.#publish(record);
    measureExecution(this.#metrics, record);
    run.resume();
    return record;
  }

  /** Brings every unfinished execution back, and publishes the ends that a crash kept from being published. */
  resumeAll(): void {
    const lastEventIds = this.#journals.countEvents();
    const oldest = this.#context.clock.now() - RETENTION_MILLISECONDS;
    for (const record of [...this.#journals.executions.values()]) {
      if (record.status === 'RUNNING' && !this.#running.has(record.arn)) {
        this.#createRun(record, lastEventIds.get(record.arn) ?? 0).resume();
      } else if (record.hasUnpublishedEnd) {
        this.#publishEnd(record);
      } else if ((record.stoppedAtMilliseconds ?? oldest) < oldest) {
        this.#journals.forget(record);
      }
    }
  }

  /** Leaves all executions where they stand; resolves when nothing is written any more. */
  async suspendAll(): Promise<void> {
    this.#isStopped = true;
    for (const run of this.#running.values()) run.suspend();
    this.#running.clear();
    await Promise.all(this.#publishing);
  }

  find(arn: string): ExecutionRecord | undefined {
    return this.#journals.executions.get(arn);
  }

  /** Throws ExecutionDoesNotExist. */
  get(arn: string): ExecutionRecord {
    const record = this.find(arn);
    if (!record) throw new AwsError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
    return record;
  }

  /** Of one state machine, the newest first. */
  list(stateMachineArn: string): ExecutionRecord[] {
    return [...this.#journals.executions.values()]
      .filter((record) => record.stateMachineArn === stateMachineArn)
      .sort((one, other) => other.startedAtMilliseconds - one.startedAtMilliseconds);
  }

  getLastEventId(arn: string): number {
    return this.#running.get(arn)?.lastEventId ?? this.get(arn).lastEventId;
  }

  findEvent(arn: string, id: number): RecordedEvent | undefined {
    return this.#journals.findEvent(arn, id);
  }

  /** Aborts a running execution; gives the moment of its end, also when that was earlier. */
  async stop(arn: string, error?: string, cause?: string): Promise<number> {
    this.get(arn);
    const run = this.#running.get(arn);
    if (run) {
      run.stop(error, cause);
      await run.done;
    }
    return this.get(arn).stoppedAtMilliseconds ?? this.#context.clock.now();
  }

  /** Starts an unsuccessful execution again from the states that did not succeed. Throws ExecutionNotRedrivable. */
  async redrive(arn: string): Promise<number> {
    const record = this.get(arn);
    const refusal = decideRedrive(record, this.#context.clock.now());
    if (refusal) throw new AwsError('ExecutionNotRedrivable', refusal);
    const redrivenAtMilliseconds = this.#context.clock.now();
    const { stoppedAtMilliseconds: _stopped, error: _error, cause: _cause, hasUnpublishedEnd: _end, ...kept } = record;
    const redriven: ExecutionRecord = {
      ...kept,
      status: 'RUNNING',
      redriveCount: record.redriveCount + 1,
      redrivenAtMilliseconds,
    };
    this.#journals.executions.put(arn, redriven);
    const run = this.#createRun(redriven, record.lastEventId);
    resetForRedrive(run.journal, '', run.record('ExecutionRedriven', 0, { redriveCount: redriven.redriveCount }));
    await this.#context.store.flush();
    this.#publish(redriven);
    measureExecution(this.#metrics, redriven);
    run.resume();
    return redrivenAtMilliseconds;
  }

  /** Resolves when the execution has ended, at once when it has. */
  waitForEnd(arn: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.get(arn).status !== 'RUNNING') {
        resolve();
        return;
      }
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      this.#endListeners.set(arn, [...(this.#endListeners.get(arn) ?? []), resolve]);
    });
  }

  #createRun(record: ExecutionRecord, lastEventId: number): ExecutionRun {
    const { definition, roleArn } = this.#stateMachines.getRevision(record.stateMachineArn, record.revisionId);
    const run = new ExecutionRun(
      this.#engine,
      {
        arn: record.arn,
        name: record.name,
        stateMachineArn: record.stateMachineArn,
        stateMachineName: record.stateMachineArn.split(':').at(-1) ?? '',
        roleArn,
        input: JSON.parse(record.input) as Json,
        startedAtMilliseconds: record.startedAtMilliseconds,
        redriveCount: record.redriveCount,
        ...(record.redrivenAtMilliseconds === undefined
          ? {}
          : { redrivenAtMilliseconds: record.redrivenAtMilliseconds }),
      },
      this.#stateMachines.parse(definition),
      this.#journals.open(record.arn),
      lastEventId,
    );
    this.#running.set(record.arn, run);
    run.done.then(() => this.#onEnd(record.arn));
    return run;
  }

  #onEnd(arn: string): void {
    this.#running.delete(arn);
    for (const listener of this.#endListeners.get(arn) ?? []) listener();
    this.#endListeners.delete(arn);
    const record = this.#journals.executions.get(arn);
    // An end that is not published now is published after the next start.
    if (record && !this.#isStopped) this.#publishEnd(record);
  }

  #publishEnd(record: ExecutionRecord): void {
    measureExecution(this.#metrics, record);
    const publishing = this.#publish(record).then((isPublished) => {
      this.#publishing.delete(publishing);
      const current = this.#journals.executions.get(record.arn);
      if (!isPublished || !current?.hasUnpublishedEnd || current.redriveCount !== record.redriveCount) return;
      const { hasUnpublishedEnd: _published, ...kept } = current;
      this.#journals.executions.put(record.arn, kept);
    });
    this.#publishing.add(publishing);
  }

  /** Says whether it was published; an event bus that refuses does not concern the execution. */
  #publish(record: ExecutionRecord): Promise<boolean> {
    return this.#context.clock.work(
      publishStatusChange(this.#context, record).then(
        () => true,
        (error: unknown) => {
          this.#context.trace.record({
            service: 'states',
            name: 'status-change-not-published',
            subject: record.arn,
            details: { message: (error as Error).message },
          });
          return false;
        },
      ),
    );
  }
}

// Asynchronous invocations: durable before they are accepted, tried with Lambda's delays, and never dropped silently.
// https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html

import type { CancelTimer } from '../../../clock/clock.ts';
import type { RuntimeContext } from '../../../runtime/context.ts';
import { AwsError } from '../../../runtime/service.ts';
import type { Table } from '../../../storage/store.ts';
import type { FunctionRegistry, ResolvedFunction } from '../function-registry.ts';
import type { InvocationResult, Invoker } from '../invocation/invoker.ts';
import { buildDestinationRecord, type DestinationCondition } from './destination-record.ts';
import { sendToDeadLetterTarget, sendToDestination } from './send-to-destination.ts';

const RETRY_DELAYS_MILLISECONDS = [60_000, 120_000];
/** Throttled invocations are tried again after 1 s, doubling up to 5 min, as long as the event is young enough. */
const THROTTLE_DELAY_MILLISECONDS = 1_000;
const MAXIMUM_THROTTLE_DELAY_MILLISECONDS = 300_000;
/** A destination that refuses is asked again after this much virtual time: what failed must not be lost as well. */
const DESTINATION_RETRY_MILLISECONDS = 60_000;

export interface AsynchronousInvocation {
  readonly requestId: string;
  readonly functionArn: string;
  /** JSON text. */
  readonly payload: string;
  /** Virtual time, milliseconds since the epoch. */
  readonly acceptedAt: number;
  readonly nextAttemptAt: number;
  /** Attempts in which the function ran. */
  readonly attempts: number;
  readonly throttles: number;
  /** Set when the function's part is over and only the telling is left. */
  readonly outcome?: {
    readonly condition: DestinationCondition;
    readonly responsePayload?: string;
    readonly version?: string;
  };
}

export class AsynchronousQueue {
  readonly #context: RuntimeContext;
  readonly #registry: FunctionRegistry;
  readonly #invoker: Invoker;
  readonly #pending: Table<AsynchronousInvocation>;
  readonly #timers = new Map<string, CancelTimer>();
  #isStopping = false;

  constructor(context: RuntimeContext, registry: FunctionRegistry, invoker: Invoker) {
    this.#context = context;
    this.#registry = registry;
    this.#invoker = invoker;
    this.#pending = context.store.table('lambda/asynchronous-invocations');
  }

  /** Resolves when the invocation is durable; it then runs by itself. */
  async enqueue(resolved: ResolvedFunction, requestId: string, payload: string): Promise<void> {
    const now = this.#context.clock.now();
    const invocation: AsynchronousInvocation = {
      requestId,
      functionArn: resolved.invokedArn,
      payload,
      acceptedAt: now,
      nextAttemptAt: now,
      attempts: 0,
      throttles: 0,
    };
    this.#pending.put(requestId, invocation);
    try {
      await this.#context.store.flush();
    } catch (error) {
      this.#pending.delete(requestId);
      throw new AwsError('ServiceException', 'The invocation could not be stored.', { status: 503, cause: error });
    }
    this.#schedule(invocation);
  }

  /** Resumes what an earlier run accepted and did not finish. */
  start(): void {
    for (const invocation of [...this.#pending.values()]) this.#schedule(invocation);
  }

  stop(): void {
    this.#isStopping = true;
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
  }

  #schedule(invocation: AsynchronousInvocation): void {
    if (this.#isStopping) return;
    const run = () => {
      this.#timers.delete(invocation.requestId);
      void this.#context.clock.work(this.#advance(invocation));
    };
    if (invocation.nextAttemptAt <= this.#context.clock.now()) run();
    else this.#timers.set(invocation.requestId, this.#context.clock.at(invocation.nextAttemptAt, run));
  }

  #update(invocation: AsynchronousInvocation): void {
    this.#pending.put(invocation.requestId, invocation);
    this.#schedule(invocation);
  }

  async #advance(invocation: AsynchronousInvocation): Promise<void> {
    const resolved = this.#registry.findByArn(invocation.functionArn);
    if (!resolved) return this.#drop(invocation);
    if (invocation.outcome) return this.#tell(resolved, invocation, invocation.outcome);
    const settings = this.#registry.getEventInvokeConfiguration(resolved);
    const now = this.#context.clock.now();
    if (now - invocation.acceptedAt > settings.maximumEventAgeSeconds * 1000) {
      return this.#tell(resolved, invocation, { condition: 'EventAgeExceeded' });
    }
    let result: InvocationResult;
    try {
      await this.#context.precedence.turn();
      if (this.#isStopping) return;
      const { requestId, payload } = invocation;
      result = await this.#invoker.invoke({ resolved, requestId, payload });
    } catch (error) {
      if (this.#isStopping) return;
      if (!(error instanceof AwsError)) throw error;
      return this.#postpone(invocation);
    }
    // The processes are killed when the runtime stops: that is no failure of the function.
    if (this.#isStopping) return;
    const tried = { ...invocation, attempts: invocation.attempts + 1 };
    if (!result.isError) {
      return this.#tell(resolved, tried, {
        condition: 'Success',
        responsePayload: result.payload,
        version: result.version,
      });
    }
    if (tried.attempts > settings.maximumRetryAttempts) {
      return this.#tell(resolved, tried, {
        condition: 'RetriesExhausted',
        responsePayload: result.payload,
        version: result.version,
      });
    }
    const delay = RETRY_DELAYS_MILLISECONDS[Math.min(invocation.attempts, RETRY_DELAYS_MILLISECONDS.length - 1)] ?? 0;
    this.#update({ ...tried, nextAttemptAt: this.#context.clock.now() + delay });
  }

  #postpone(invocation: AsynchronousInvocation): void {
    const delay = Math.min(
      THROTTLE_DELAY_MILLISECONDS * 2 ** invocation.throttles,
      MAXIMUM_THROTTLE_DELAY_MILLISECONDS,
    );
    const nextAttemptAt = this.#context.clock.now() + delay;
    this.#update({ ...invocation, throttles: invocation.throttles + 1, nextAttemptAt });
  }

  /** Sends the outcome to whoever is configured to hear of it, then forgets the invocation. */
  async #tell(
    resolved: ResolvedFunction,
    invocation: AsynchronousInvocation,
    outcome: NonNullable<AsynchronousInvocation['outcome']>,
  ): Promise<void> {
    const { configuration } = resolved;
    const settings = this.#registry.getEventInvokeConfiguration(resolved);
    const isSuccess = outcome.condition === 'Success';
    const destinationArn = isSuccess ? settings.onSuccessArn : settings.onFailureArn;
    const deadLetterArn = isSuccess ? undefined : configuration.deadLetterTargetArn;
    try {
      if (destinationArn) {
        const record = buildDestinationRecord(invocation, outcome, this.#context.clock.now());
        await sendToDestination(this.#context, configuration, destinationArn, record);
      }
      if (deadLetterArn) await sendToDeadLetterTarget(this.#context, configuration, deadLetterArn, invocation, outcome);
    } catch (error) {
      if (this.#isStopping) return;
      this.#trace('delivery-failed', configuration.name, {
        requestId: invocation.requestId,
        target: destinationArn ?? deadLetterArn,
        reason: (error as Error).message,
      });
      const nextAttemptAt = this.#context.clock.now() + DESTINATION_RETRY_MILLISECONDS;
      return this.#update({ ...invocation, outcome, nextAttemptAt });
    }
    this.#pending.delete(invocation.requestId);
    if (isSuccess) return;
    const target = destinationArn ?? deadLetterArn;
    this.#trace(target ? 'dead-lettered' : 'invocation-given-up', configuration.name, {
      requestId: invocation.requestId,
      condition: outcome.condition,
      attempts: invocation.attempts,
      ...(target && { target }),
    });
  }

  #drop(invocation: AsynchronousInvocation): void {
    this.#pending.delete(invocation.requestId);
    this.#trace('invocation-given-up', invocation.functionArn, {
      requestId: invocation.requestId,
      condition: 'the function no longer exists',
      attempts: invocation.attempts,
    });
  }

  #trace(name: string, subject: string, details: Record<string, unknown>): void {
    this.#context.trace.record({ service: 'lambda', name, subject, details });
  }
}

// The durable queue between a bus and its targets: at least once, with back-off, then the dead-letter queue.
import type { CancelTimer } from '../../../clock/clock.ts';
import type { RuntimeContext } from '../../../runtime/context.ts';
import { ServiceMetrics } from '../../../runtime/service-metrics.ts';
import type { Table } from '../../../storage/store.ts';
import type { BusEvent } from '../bus-event.ts';
import type { Rule } from '../rules/rule.ts';
import type { RuleRegistry } from '../rules/rule-registry.ts';
import { buildTargetInput } from '../targets/build-target-input.ts';
import { dispatchTarget } from '../targets/dispatch-target.ts';
import { buildDeadLetter } from './build-dead-letter.ts';
import { classifyDeliveryError, type DeliveryError } from './delivery-error.ts';
import { findExhaustedLimit } from './find-exhausted-limit.ts';
import { computeRetryDelay } from './retry-delay.ts';

/** A dead-letter queue that refuses is asked again after this much virtual time. */
const DEAD_LETTER_RETRY_MILLISECONDS = 60_000;

interface AcceptedEvent {
  readonly event: BusEvent;
  readonly acceptedAt: number;
}

interface Delivery {
  readonly eventKey: string;
  readonly ruleArn: string;
  readonly targetId: string;
  /** Attempts that failed. */
  readonly failures: number;
  readonly nextAttemptAt: number;
  /** Set when delivery is given up and only the dead letter is left to send. */
  readonly givenUp?: { readonly error: DeliveryError; readonly condition?: string };
}

/** What to do with an event's deliveries once it is known whether they are durable. */
export interface AcceptedDeliveries {
  /** Begins delivering. */
  readonly begin: () => void;
  /** Takes them back, when they could not be made durable. */
  readonly withdraw: () => void;
}

const NO_DELIVERIES: AcceptedDeliveries = { begin: () => undefined, withdraw: () => undefined };

type Target = Rule['targets'][number];

export class DeliveryQueue {
  readonly #context: RuntimeContext;
  readonly #rules: RuleRegistry;
  readonly #events: Table<AcceptedEvent>;
  readonly #deliveries: Table<Delivery>;
  /** Open deliveries by event: the event is forgotten with the last of them. */
  readonly #open = new Map<string, number>();
  readonly #timers = new Map<string, CancelTimer>();
  readonly #metrics: ServiceMetrics;
  #isStopping = false;

  constructor(context: RuntimeContext, rules: RuleRegistry) {
    this.#context = context;
    this.#rules = rules;
    this.#events = context.store.table('events/accepted');
    this.#deliveries = context.store.table('events/deliveries');
    this.#metrics = new ServiceMetrics(context, { namespace: 'AWS/Events', servicePrincipal: 'events.amazonaws.com' });
  }

  /** Resumes what an earlier run accepted and did not deliver. */
  start(): void {
    for (const { eventKey } of this.#deliveries.values()) this.#open.set(eventKey, (this.#open.get(eventKey) ?? 0) + 1);
    for (const [key, delivery] of [...this.#deliveries.entries()]) this.#schedule(key, delivery);
  }

  stop(): void {
    this.#isStopping = true;
    this.#metrics.stop();
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
  }

  /** Writes the event with one delivery per target of the rules; it is durable after the next flush. */
  add(event: BusEvent, rules: readonly Rule[]): AcceptedDeliveries {
    const now = this.#context.clock.now();
    const eventKey = `${event.region}/${event.id}/${event['replay-name'] ?? ''}`;
    const added: [string, Delivery][] = [];
    for (const rule of rules) {
      for (const target of rule.targets) {
        const key = `${eventKey}/${rule.arn}/${target.Id}`;
        added.push([key, { eventKey, ruleArn: rule.arn, targetId: target.Id ?? '', failures: 0, nextAttemptAt: now }]);
      }
    }
    if (added.length === 0) return NO_DELIVERIES;
    this.#events.put(eventKey, { event, acceptedAt: now });
    for (const [key, delivery] of added) this.#deliveries.put(key, delivery);
    this.#open.set(eventKey, added.length);
    return {
      begin: () => {
        for (const [key, delivery] of added) this.#schedule(key, delivery);
      },
      withdraw: () => {
        for (const [key, delivery] of added) this.#finish(key, delivery);
      },
    };
  }

  #schedule(key: string, delivery: Delivery): void {
    if (this.#isStopping) return;
    const run = () => {
      this.#timers.delete(key);
      void this.#context.clock.work(this.#deliver(key, delivery));
    };
    if (delivery.nextAttemptAt <= this.#context.clock.now()) run();
    else this.#timers.set(key, this.#context.clock.at(delivery.nextAttemptAt, run));
  }

  #update(key: string, delivery: Delivery): void {
    this.#deliveries.put(key, delivery);
    this.#schedule(key, delivery);
  }

  async #deliver(key: string, delivery: Delivery): Promise<void> {
    await this.#context.precedence.turn();
    if (this.#isStopping) return;
    const accepted = this.#events.get(delivery.eventKey);
    const rule = this.#rules.find(delivery.ruleArn);
    const target = rule?.targets.find(({ Id }) => Id === delivery.targetId);
    if (!accepted || !rule || !target) {
      this.#trace('delivery-given-up', delivery, accepted, { reason: 'the rule or target no longer exists' });
      return this.#finish(key, delivery);
    }
    if (delivery.givenUp) return this.#sendDeadLetter(key, delivery, accepted, rule, target);
    const { event, acceptedAt } = accepted;
    try {
      const source = { event, ruleArn: rule.arn, ruleName: rule.name, ingestedAt: acceptedAt };
      const input = buildTargetInput(target, source);
      await dispatchTarget(this.#context, { target, ruleArn: rule.arn, ruleName: rule.name, event, input });
    } catch (error) {
      if (this.#isStopping) return;
      return this.#fail(key, delivery, accepted, rule, target, classifyDeliveryError(error));
    }
    if (this.#isStopping) return;
    this.#finish(key, delivery);
    this.#measure(rule, { Invocations: 1 });
    this.#trace('target-delivered', delivery, accepted, { target: target.Arn, attempts: delivery.failures + 1 });
  }

  #fail(
    key: string,
    delivery: Delivery,
    accepted: AcceptedEvent,
    rule: Rule,
    target: Target,
    error: DeliveryError,
  ): Promise<void> | undefined {
    const failures = delivery.failures + 1;
    const now = this.#context.clock.now();
    const nextAttemptAt = now + computeRetryDelay(failures);
    const condition = findExhaustedLimit(target, failures, nextAttemptAt - accepted.acceptedAt);
    this.#trace('delivery-failed', delivery, accepted, {
      target: target.Arn,
      attempts: failures,
      errorCode: error.code,
      reason: error.message,
    });
    if (error.isRetryable && !condition) {
      this.#update(key, { ...delivery, failures, nextAttemptAt });
      return undefined;
    }
    const givenUp = { error, ...(error.isRetryable && condition && { condition }) };
    const last = { ...delivery, failures, nextAttemptAt: now, givenUp };
    this.#deliveries.put(key, last);
    this.#measure(rule, { Invocations: 1, FailedInvocations: 1 });
    return this.#sendDeadLetter(key, last, accepted, rule, target);
  }

  async #sendDeadLetter(
    key: string,
    delivery: Delivery,
    accepted: AcceptedEvent,
    rule: Rule,
    target: Target,
  ): Promise<void> {
    const queueArn = target.DeadLetterConfig?.Arn;
    const { error, condition } = delivery.givenUp ?? {};
    const details = { target: target.Arn, attempts: delivery.failures, errorCode: error?.code, reason: error?.message };
    if (!queueArn) {
      this.#trace('delivery-given-up', delivery, accepted, details);
      return this.#finish(key, delivery);
    }
    try {
      await this.#context.call({
        service: 'sqs',
        operation: 'SendMessage',
        input: buildDeadLetter({ ...delivery, ...delivery.givenUp }, target, accepted.event),
        principal: this.#context.servicePrincipal('events.amazonaws.com', rule.arn),
        region: queueArn.split(':')[3] ?? rule.region,
      });
    } catch (refusal) {
      if (this.#isStopping) return;
      this.#measure(rule, { InvocationsFailedToBeSentToDlq: 1 });
      this.#trace('dead-letter-refused', delivery, accepted, { queue: queueArn, reason: (refusal as Error).message });
      const nextAttemptAt = this.#context.clock.now() + DEAD_LETTER_RETRY_MILLISECONDS;
      return this.#update(key, { ...delivery, nextAttemptAt });
    }
    if (this.#isStopping) return;
    this.#finish(key, delivery);
    this.#measure(rule, { InvocationsSentToDlq: 1 });
    this.#trace('dead-lettered', delivery, accepted, { ...details, queue: queueArn, condition });
  }

  #finish(key: string, delivery: Delivery): void {
    this.#deliveries.delete(key);
    const open = (this.#open.get(delivery.eventKey) ?? 1) - 1;
    if (open > 0) {
      this.#open.set(delivery.eventKey, open);
      return;
    }
    this.#open.delete(delivery.eventKey);
    this.#events.delete(delivery.eventKey);
  }

  /** A rule of a bus of one's own is named together with it: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html */
  #measure({ region, busName, name }: Rule, values: Readonly<Record<string, number>>): void {
    const dimensions: Record<string, string> =
      busName === 'default' ? { RuleName: name } : { EventBusName: busName, RuleName: name };
    this.#metrics.add(region, dimensions, values);
  }

  #trace(
    name: string,
    delivery: Delivery,
    accepted: AcceptedEvent | undefined,
    details: Record<string, unknown>,
  ): void {
    this.#context.trace.record({
      service: 'events',
      name,
      subject: delivery.ruleArn.replace(/^.*[:/]/, ''),
      details: {
        eventId: accepted?.event.id,
        source: accepted?.event.source,
        detailType: accepted?.event['detail-type'],
        ...details,
      },
    });
  }
}

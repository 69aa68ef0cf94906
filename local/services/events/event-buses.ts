// The buses: they accept events, find the rules, and hand both to the delivery queue and the archives.
import type { RuntimeContext } from '../../runtime/context.ts';
import type { PolicyDocument, PolicyStatement } from '../../runtime/service.ts';
import type { BusEvent } from './bus-event.ts';
import type { AcceptedDeliveries, DeliveryQueue } from './delivery/delivery-queue.ts';
import { type BusAddress, buildBusArn } from './event-bus-arn.ts';
import type { Rule } from './rules/rule.ts';
import type { RuleRegistry } from './rules/rule-registry.ts';

export interface EventBus {
  readonly name: string;
  readonly region: string;
  readonly arn: string;
  readonly description?: string;
  readonly deadLetterArn?: string;
  readonly createdAt: number;
}

export class EventBuses {
  readonly #context: RuntimeContext;
  readonly #rules: RuleRegistry;
  readonly #queue: DeliveryQueue;
  readonly #buses = new Map<string, EventBus>();
  readonly #statements = new Map<string, Map<string, PolicyStatement>>();
  /** Told of each event that a bus accepted and that is no replay. */
  onAccept: (bus: EventBus, event: BusEvent) => void = () => undefined;

  constructor(context: RuntimeContext, rules: RuleRegistry, queue: DeliveryQueue) {
    this.#context = context;
    this.#rules = rules;
    this.#queue = queue;
  }

  add(bus: EventBus): void {
    this.#buses.set(`${bus.region}/${bus.name}`, bus);
  }

  /** Every region has a default bus. */
  find(address: BusAddress): EventBus | undefined {
    const bus = this.#buses.get(`${address.region}/${address.name}`);
    if (bus || address.name !== 'default') return bus;
    const arn = buildBusArn(address, this.#context.accountId);
    this.add({ ...address, arn, createdAt: this.#context.clock.now() });
    return this.find(address);
  }

  list(region: string): EventBus[] {
    this.find({ region, name: 'default' });
    return [...this.#buses.values()].filter((bus) => bus.region === region);
  }

  addStatement(busArn: string, sid: string, statement: PolicyStatement): void {
    const statements = this.#statements.get(busArn) ?? new Map<string, PolicyStatement>();
    statements.set(sid, { ...statement, Sid: sid });
    this.#statements.set(busArn, statements);
  }

  findPolicy(busArn: string): PolicyDocument | undefined {
    const statements = this.#statements.get(busArn);
    return statements && { Version: '2012-10-17', Statement: [...statements.values()] };
  }

  /** Matches the event and writes its deliveries, durable after the next flush. `onlyRules` (ARNs) narrows the rules. */
  accept(bus: EventBus, event: BusEvent, onlyRules?: readonly string[]): AcceptedDeliveries {
    let rules = this.#rules.findMatching(bus.region, bus.name, event);
    if (onlyRules && onlyRules.length > 0) rules = rules.filter(({ arn }) => onlyRules.includes(arn));
    const deliveries = this.#queue.add(event, rules);
    return {
      withdraw: deliveries.withdraw,
      begin: () => {
        this.#traceAccepted(bus, event, rules);
        if (event['replay-name'] === undefined) this.onAccept(bus, event);
        deliveries.begin();
      },
    };
  }

  #traceAccepted(bus: EventBus, event: BusEvent, rules: readonly Rule[]): void {
    const details = { eventId: event.id, source: event.source, detailType: event['detail-type'], bus: bus.name };
    const { trace } = this.#context;
    const subject = `${event.source} ${event['detail-type']}`;
    trace.record({ service: 'events', name: 'event-accepted', subject, details: { ...details, rules: rules.length } });
    for (const rule of rules) {
      trace.record({
        service: 'events',
        name: 'rule-matched',
        subject: rule.name,
        details: { ...details, targets: rule.targets.map(({ Arn }) => Arn) },
      });
    }
  }
}

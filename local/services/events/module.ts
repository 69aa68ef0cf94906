// Amazon EventBridge: buses, rules, targets, archives and replays.
import { randomUUID } from 'node:crypto';
import type { CreateServiceModule, RuntimeContext } from '../../runtime/context.ts';
import { Archives } from './archive/archives.ts';
import { Replays } from './archive/replays.ts';
import { type BusEvent, formatEventTime } from './bus-event.ts';
import { DeliveryQueue } from './delivery/delivery-queue.ts';
import { EventBuses } from './event-buses.ts';
import { createBusAndArchiveOperations } from './operations/buses-and-archives.ts';
import { createPutEvents } from './operations/put-events.ts';
import { createRuleOperations } from './operations/rules.ts';
import { testEventPattern } from './operations/test-event-pattern.ts';
import { createArchiveProvider } from './providers/archive.ts';
import { createEventBusProvider } from './providers/event-bus.ts';
import { createEventBusPolicyProvider } from './providers/event-bus-policy.ts';
import { createRuleProvider } from './providers/rule.ts';
import type { Rule } from './rules/rule.ts';
import { RuleRegistry } from './rules/rule-registry.ts';
import { RuleSchedules } from './rules/rule-schedules.ts';

function buildScheduledEvent(context: RuntimeContext, rule: Rule, scheduledAt: number): BusEvent {
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: context.accountId,
    time: formatEventTime(scheduledAt),
    region: rule.region,
    resources: [rule.arn],
    detail: {},
  };
}

export const createEventsModule: CreateServiceModule = (context) => {
  const { store, clock, trace } = context;
  const rules = new RuleRegistry(store.table('events/rules'));
  const queue = new DeliveryQueue(context, rules);
  const buses = new EventBuses(context, rules, queue);
  const archives = new Archives(context);
  const replays = new Replays(context, buses, archives);
  const schedules = new RuleSchedules(clock, store.table('events/schedules'), (rule, scheduledAt) => {
    const { begin } = queue.add(buildScheduledEvent(context, rule, scheduledAt), [rule]);
    const details = { scheduledAt: new Date(scheduledAt).toISOString(), expression: rule.scheduleExpression };
    trace.record({ service: 'events', name: 'schedule-fired', subject: rule.name, details });
    // Nobody waits for an answer: should the disk refuse, the event is delivered all the same.
    void clock.work(store.flush().then(begin, begin));
  });
  buses.onAccept = (bus, event) => archives.keep(bus, event);
  rules.onChange = (arn, rule) => schedules.update(arn, rule);
  return {
    services: [
      {
        id: 'eventbridge',
        signingName: 'events',
        loadSdk: () => import('@aws-sdk/client-eventbridge') as Promise<unknown> as Promise<Record<string, unknown>>,
        operations: {
          PutEvents: createPutEvents(context, buses),
          TestEventPattern: testEventPattern,
          ...createRuleOperations(store, buses, rules),
          ...createBusAndArchiveOperations(context, buses, archives, replays),
        },
        resourcePolicy: (arn) => buses.findPolicy(arn),
        async start() {
          archives.start();
          queue.start();
          replays.start();
          schedules.start(rules);
        },
        async stop() {
          schedules.stop();
          replays.stop();
          queue.stop();
          await archives.stop();
        },
      },
    ],
    providers: [
      createEventBusProvider(context, buses),
      createEventBusPolicyProvider(buses),
      createRuleProvider(rules),
      createArchiveProvider(context, archives),
    ],
  };
};

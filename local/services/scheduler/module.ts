// Amazon EventBridge Scheduler: one-time and recurring schedules with time zones, windows, retries and dead letters.
import type { CreateServiceModule } from '../../runtime/context.ts';
import { ExecutionQueue } from './execution-queue.ts';
import { createSchedulerOperations } from './operations.ts';
import { createScheduleGroupProvider, createScheduleProvider } from './providers.ts';
import { ScheduleRegistry } from './schedule-registry.ts';
import { ScheduleTimers } from './schedule-timers.ts';

export const createSchedulerModule: CreateServiceModule = (context) => {
  const { store, clock, trace } = context;
  const registry = new ScheduleRegistry(store);
  const queue = new ExecutionQueue(context);
  const timers = new ScheduleTimers(clock, store.table('scheduler/timers'), (schedule, run) => {
    const begin = queue.add(schedule, run);
    if (run.isLastOfItself) registry.delete(schedule.arn);
    trace.record({
      service: 'scheduler',
      name: 'schedule-fired',
      subject: schedule.name,
      details: {
        executionId: run.executionId,
        scheduledAt: new Date(run.scheduledAt).toISOString(),
        expression: schedule.expression,
        target: schedule.target.Arn,
      },
    });
    // Nobody waits for an answer: should the disk refuse, the target is called all the same.
    void clock.work(store.flush().then(begin, begin));
  });
  registry.onChange = (arn, schedule) => timers.update(arn, schedule);
  return {
    services: [
      {
        id: 'scheduler',
        signingName: 'scheduler',
        loadSdk: () => import('@aws-sdk/client-scheduler') as Promise<unknown> as Promise<Record<string, unknown>>,
        operations: createSchedulerOperations(context, registry),
        async start() {
          queue.start();
          timers.start(registry);
        },
        async stop() {
          timers.stop();
          queue.stop();
        },
      },
    ],
    providers: [createScheduleProvider(context, registry), createScheduleGroupProvider(context, registry)],
  };
};

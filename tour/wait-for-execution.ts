// Waits for an execution of a workflow that begins from now on.
import type { Activity } from '../local/trace/trace.ts';
import type { System } from './start-system.ts';

/** How long the whole may take before it counts as failed. */
const patienceMilliseconds = 120_000;

/** The ARN of the next execution of `workflow` once it has ended and people were told about it. */
export async function waitForExecution(system: System, workflow: string): Promise<string> {
  const { trace, clock } = system.runtime.context;
  const since = clock.now();
  const started = await trace.waitFor(
    ({ service, name, at, details }) =>
      service === 'states' &&
      name === 'execution-started' &&
      at >= since &&
      String(details.executionArn).includes(`-${workflow}:`),
    patienceMilliseconds,
  );
  const executionArn = String(started.details.executionArn);
  await waitForEnd(system, executionArn);
  const published = trace
    .recent()
    .findLast(({ name, subject }) => name === 'state-entered' && /\/Publish(Promotion|Rollback)/.test(subject));
  const isTold = ({ service, at }: Activity): boolean => service === 'slack' && at >= (published?.at ?? since);
  // Whether it is told is checked afterwards; without a message the tour says so instead of waiting for ever.
  await trace.waitFor(isTold, 10_000).catch(() => undefined);
  return executionArn;
}

/** Returns when the execution has ended, however it did. */
export async function waitForEnd({ runtime }: System, executionArn: string): Promise<void> {
  await runtime.context.trace.waitFor(
    (activity) => isEnd(activity) && activity.details.executionArn === executionArn,
    patienceMilliseconds,
  );
}

function isEnd({ service, name }: Activity): boolean {
  return service === 'states' && /^execution-(succeeded|failed|timed-out|aborted)$/.test(name);
}

// The two ends of waiting for news of a cluster: whichever comes second, the wait or the news, completes it.
import type { TaskTokens } from '../task-tokens.ts';

export interface RolloutWaiter {
  readonly promotionId: string;
  readonly taskToken: string;
}

/** What the ledger knows of environments. Reads see every write that was answered before. */
export interface RolloutSignals {
  /** The latest news, empty when there was none yet. */
  findSignal(environment: string): Promise<string>;
  putSignal(environment: string, signal: string): Promise<void>;
  putWaiter(environment: string, waiter: RolloutWaiter): Promise<void>;
  listWaiters(environment: string): Promise<readonly RolloutWaiter[]>;
  removeWaiter(environment: string, promotionId: string): Promise<void>;
}

export interface RolloutPorts {
  readonly signals: RolloutSignals;
  readonly tokens: TaskTokens;
}

/**
 * First says that it waits, then looks: news that come in between find the waiter. `known` is what was heard before the
 * cluster was read last, so that nothing falls between the reading and the waiting. Returns whether there was news already.
 */
export async function awaitRollout(
  { signals, tokens }: RolloutPorts,
  environment: string,
  known: string,
  waiter: RolloutWaiter,
): Promise<boolean> {
  await signals.putWaiter(environment, waiter);
  const signal = await signals.findSignal(environment);
  if (signal === known) return false;
  await tokens.succeed(waiter.taskToken, { signal });
  await signals.removeWaiter(environment, waiter.promotionId);
  return true;
}

/** First writes the news, then looks who waits: a wait that starts in between finds the news. Returns how many were told. */
export async function reportRollout(
  { signals, tokens }: RolloutPorts,
  environment: string,
  signal: string,
): Promise<number> {
  await signals.putSignal(environment, signal);
  const waiters = await signals.listWaiters(environment);
  for (const waiter of waiters) {
    await tokens.succeed(waiter.taskToken, { signal });
    await signals.removeWaiter(environment, waiter.promotionId);
  }
  return waiters.length;
}

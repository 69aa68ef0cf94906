// Users of a service: a bounded number of requests a second, by the world's clock, through the way in that users have.
import type { Clock } from '../clock/clock.ts';

export interface TrafficOptions {
  readonly clock: Pick<Clock, 'now' | 'at' | 'work'>;
  /** Of the service, as the gateway serves it. */
  readonly url: string;
  readonly requestsPerSecond: number;
  readonly path?: string;
}

export interface Traffic {
  /** By status code; 0 counts requests that got no answer. */
  readonly answers: ReadonlyMap<number, number>;
  /** Resolves when the requests that are under way are answered. */
  stop(): Promise<void>;
}

const longestAnswerMilliseconds = 10_000;

/**
 * Sends the requests of each second at its beginning and counts them as work of the clock: time that is skipped has its
 * requests too, and none is sent for time that nobody lived through.
 */
export function startTraffic({ clock, url, requestsPerSecond, path = '/' }: TrafficOptions): Traffic {
  const answers = new Map<number, number>();
  let cancel = (): void => undefined;
  let underWay: Promise<unknown> = Promise.resolve();
  let stopped = false;

  const send = async (): Promise<void> => {
    const signal = AbortSignal.timeout(longestAnswerMilliseconds);
    const status = await fetch(`${url}${path}`, { signal }).then(
      async (answer) => {
        await answer.arrayBuffer();
        return answer.status;
      },
      () => 0,
    );
    answers.set(status, (answers.get(status) ?? 0) + 1);
  };
  const beat = (): void => {
    if (stopped) return;
    // One wave at a time: a service that answers slowly gets fewer requests, not a growing heap of them.
    const wave = underWay.then(() => Promise.all(Array.from({ length: requestsPerSecond }, send)));
    underWay = wave;
    void clock.work(wave);
    void wave.then(() => {
      beats += 1;
      if (!stopped) cancel = clock.at(Math.max(startedAt + 1_000 * beats, clock.now()), beat);
    });
  };
  const startedAt = clock.now();
  let beats = 0;
  beat();
  return {
    answers,
    async stop() {
      stopped = true;
      cancel();
      await underWay;
    },
  };
}

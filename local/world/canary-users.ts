// The users of services that are being released as canaries: they are there while a version is judged, and cost nothing else.
import type { Clock } from '../clock/clock.ts';
import type { Trace } from '../trace/trace.ts';
import { startTraffic, type Traffic } from './traffic.ts';

export interface CanaryUsers {
  /** Nobody comes any more, or everybody again: without users Flagger has no data. */
  setAway(away: boolean): void;
  stop(): Promise<void>;
}

export interface CanaryUsersParts {
  readonly clock: Clock;
  readonly trace: Trace;
  readonly requestsPerSecond: number;
  /** Of a service as its users reach it; undefined for a cluster that is not simulated. */
  serviceUrl(cluster: string, namespace: string, service: string): Promise<string | undefined>;
}

/** How long they stay after the end: what was promoted is used too. */
const lingerMilliseconds = 30_000;

export function startCanaryUsers({ clock, trace, requestsPerSecond, serviceUrl }: CanaryUsersParts): CanaryUsers {
  const traffics = new Map<string, Promise<Traffic | undefined>>();
  const leavings = new Map<string, () => void>();
  let isAway = false;

  const come = (subject: string): void => {
    leavings.get(subject)?.();
    leavings.delete(subject);
    if (isAway || traffics.has(subject)) return;
    const [cluster = '', namespace = '', service = ''] = subject.split('/');
    traffics.set(
      subject,
      serviceUrl(cluster, namespace, service).then((url) =>
        url === undefined ? undefined : startTraffic({ clock, url, requestsPerSecond }),
      ),
    );
  };
  const leave = async (subject: string): Promise<void> => {
    const traffic = traffics.get(subject);
    traffics.delete(subject);
    await (await traffic)?.stop();
  };
  const unsubscribe = trace.subscribe(({ service, name, subject, details }) => {
    if (service !== 'flagger' || name !== 'canary-phase-changed') return;
    if (details.phase === 'Progressing') come(subject);
    if (details.phase === 'Succeeded' || details.phase === 'Failed')
      leavings.set(
        subject,
        clock.at(clock.now() + lingerMilliseconds, () => void leave(subject)),
      );
  });
  return {
    setAway: (away) => {
      isAway = away;
      if (away) for (const subject of [...traffics.keys()]) void leave(subject);
    },
    async stop() {
      unsubscribe();
      for (const cancel of leavings.values()) cancel();
      await Promise.all([...traffics.keys()].map(leave));
    },
  };
}

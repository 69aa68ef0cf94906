// Between a real Alertmanager and a world whose clock is not the machine's: carries the times of alerts over into the world's time, and
// passes everything else on as it is.
import type { Clock } from '../../clock/clock.ts';
import { type HttpServer, startHttpServer } from '../http-server.ts';

/** Each offset of the world's clock, and the moment of the machine from which on it was seen. */
interface Mark {
  readonly since: number;
  readonly offset: number;
}

export interface Relay {
  /** Takes what `targetUrl` takes. */
  readonly url: string;
  stop(): Promise<void>;
}

const markEveryMilliseconds = 50;

export interface RelayedAlert {
  readonly status: 'firing' | 'resolved';
  readonly labels: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
}

/**
 * `targetUrl` gets the same credential, and its answer is the relay's: what it cannot take is sent again by Alertmanager.
 * `onTaken` hears of each alert that was taken.
 */
export async function startRelay(
  clock: Pick<Clock, 'offset'>,
  targetUrl: string,
  onTaken: (alert: RelayedAlert) => void = () => undefined,
): Promise<Relay> {
  const marks: Mark[] = [{ since: 0, offset: clock.offset() }];
  const mark = (): void => {
    const offset = clock.offset();
    if (offset !== marks.at(-1)?.offset) marks.push({ since: Date.now(), offset });
  };
  const timer = setInterval(mark, markEveryMilliseconds).unref();
  const server: HttpServer = await startHttpServer({
    async handle({ method, headers, body }) {
      mark();
      const notification = carryOver(JSON.parse(body.toString()) as Notification, marks);
      const { authorization, 'content-type': contentType = 'application/json' } = headers;
      const answer = await fetch(targetUrl, {
        method,
        headers: { 'content-type': contentType, ...(authorization === undefined ? {} : { authorization }) },
        body: JSON.stringify(notification),
      });
      if (answer.ok) for (const alert of notification.alerts) onTaken(alert);
      return { status: answer.status, body: await answer.text() };
    },
    describeFailure: (error) => ({ status: 502, body: error instanceof Error ? error.message : String(error) }),
  });
  return {
    url: server.url,
    async stop() {
      clearInterval(timer);
      await server.stop();
    },
  };
}

interface Notification {
  readonly alerts: readonly RelayedAlert[];
}

function carryOver(notification: Notification, marks: readonly Mark[]): Notification {
  const alerts = notification.alerts.map(({ startsAt, endsAt, ...alert }) => ({
    ...alert,
    startsAt: toWorldTime(startsAt, marks),
    endsAt: toWorldTime(endsAt, marks),
  }));
  return { ...notification, alerts };
}

/** With the offset that held then: time may have been skipped since. */
export function toWorldTime(time: string, marks: readonly Mark[]): string {
  const moment = Date.parse(time);
  // Go's zero time: it has not ended.
  if (!(moment > 0)) return time;
  const { offset } = marks.findLast(({ since }) => since <= moment) ?? marks[0] ?? { offset: 0 };
  return new Date(moment + offset).toISOString();
}

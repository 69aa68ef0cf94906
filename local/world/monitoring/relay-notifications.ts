// Between a real Alertmanager and a world whose clock is not the machine's: carries the times of alerts over into the world's time, and
// passes everything else on as it is.
import { type HttpServer, startHttpServer } from '../http-server.ts';
import type { WorldTime } from './world-time.ts';

export interface Relay {
  /** Takes what `targetUrl` takes. */
  readonly url: string;
  stop(): Promise<void>;
}

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
  time: Pick<WorldTime, 'toWorld'>,
  targetUrl: string,
  onTaken: (alert: RelayedAlert) => void = () => undefined,
): Promise<Relay> {
  const server: HttpServer = await startHttpServer({
    async handle({ method, headers, body }) {
      const notification = carryOver(JSON.parse(body.toString()) as Notification, time);
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
  return { url: server.url, stop: async () => await server.stop() };
}

interface Notification {
  readonly alerts: readonly RelayedAlert[];
}

function carryOver(notification: Notification, time: Pick<WorldTime, 'toWorld'>): Notification {
  const alerts = notification.alerts.map(({ startsAt, endsAt, ...alert }) => ({
    ...alert,
    startsAt: time.toWorld(startsAt),
    endsAt: time.toWorld(endsAt),
  }));
  return { ...notification, alerts };
}

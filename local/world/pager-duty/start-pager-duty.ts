// PagerDuty's Events API v2 on this machine: takes events as it documents them, and keeps the incidents that they make.
// https://developer.pagerduty.com/docs/events-api-v2-overview
import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { openJournalStore } from '../../storage/journal-store.ts';
import { createFaultRules, type HttpFault } from '../fault-rules.ts';
import { answerJson, type HttpRequest, startHttpServer } from '../http-server.ts';
import { machineClock, type WorldOptions } from '../world-options.ts';
import { checkEvent, type PagerDutyEvent } from './check-event.ts';

export interface PagerDutyOptions extends WorldOptions {
  /** The integration key of the one service. */
  readonly routingKey: string;
}

export interface PagerDutyIncident {
  readonly key: string;
  readonly status: 'triggered' | 'acknowledged' | 'resolved';
  readonly summary: string;
  readonly severity: string;
  /** Events that it was made of, so a test can count. */
  readonly events: number;
}

export interface PagerDuty {
  /** Base of the Events API, as `https://events.pagerduty.com`. */
  readonly url: string;
  /** Oldest first. */
  incidents(): readonly PagerDutyIncident[];
  /** Makes the next matching requests fail, e.g. `{ status: 429 }`. */
  inject(fault: HttpFault): void;
  clearFaults(): void;
  stop(): Promise<void>;
}

/** Starts the service, or goes on with what an earlier run left in its directory. */
export async function startPagerDuty(options: PagerDutyOptions): Promise<PagerDuty> {
  const { directory, routingKey, trace, clock = machineClock } = options;
  await mkdir(directory, { recursive: true });
  const store = await openJournalStore(directory);
  const incidents = store.table<PagerDutyIncident>('pager-duty/incidents');
  const faults = createFaultRules((fault) => ({
    ...fault,
    body:
      fault.body ??
      (fault.status === 429
        ? {
            status: 'throttle exceeded',
            message: 'Requests for this service are arriving too quickly. Please retry later.',
          }
        : ''),
  }));

  /** An incident that is resolved stays; a trigger of the same key opens another. */
  function take(event: PagerDutyEvent, key: string): void {
    const [id, open] =
      [...incidents.entries()].findLast(([, known]) => known.key === key && known.status !== 'resolved') ?? [];
    const status = ({ trigger: 'triggered', acknowledge: 'acknowledged', resolve: 'resolved' } as const)[
      event.event_action
    ];
    if (id === undefined || open === undefined) {
      // To acknowledge or resolve what is not open has no effect.
      if (event.event_action !== 'trigger') return;
      const { summary = '', severity = '' } = event.payload ?? {};
      incidents.put(`${String(clock.now()).padStart(15, '0')}-${incidents.size}`, {
        key,
        status,
        summary,
        severity,
        events: 1,
      });
    } else {
      // A trigger of an open incident is grouped into it and does not take back an acknowledgement.
      const next = event.event_action === 'trigger' ? open.status : status;
      const { summary = open.summary, severity = open.severity } = event.payload ?? {};
      incidents.put(id, { ...open, status: next, summary, severity, events: open.events + 1 });
    }
    trace?.record({
      service: 'pager-duty',
      name: `incident-${status}`,
      subject: key,
      details: { summary: event.payload?.summary },
    });
  }

  async function handle(request: HttpRequest) {
    if (request.path !== '/v2/enqueue') return answerJson(404, { status: 'not found' });
    if (request.method !== 'POST') return answerJson(405, { status: 'method not allowed' });
    const { event, errors } = checkEvent(request.body, routingKey);
    if (event === undefined)
      return answerJson(400, { status: 'invalid event', message: 'Event object is invalid', errors });
    const key = event.dedup_key ?? randomUUID();
    take(event, key);
    await store.flush();
    return answerJson(202, { status: 'success', message: 'Event processed', dedup_key: key });
  }

  const server = await startHttpServer({
    ...(options.port === undefined ? {} : { port: options.port }),
    handle,
    faults,
  });
  return {
    url: server.url,
    incidents: () => [...incidents.values()],
    inject: (fault) => faults.inject(fault),
    clearFaults: () => faults.clear(),
    async stop() {
      await server.stop();
      await store.close();
    },
  };
}

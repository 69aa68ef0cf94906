// Publishes on the automation's bus.
import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { AppError } from '../../core/app-error.ts';
import type { BusEvent } from '../../core/ingress/build-github-event.ts';
import type { BatchPublisher } from '../../core/ingress/publish-all-once.ts';

/** What one PutEvents takes: ten entries, 256 KB in all with what EventBridge adds. */
const maximumEntries = 10;
const maximumBytes = 220_000;

/** PutEvents answers 200 even when it took nothing: only FailedEntryCount tells. */
export function createEventBridgePublisher(client: EventBridgeClient, busName: string): BatchPublisher {
  const buildEntry = ({ source, detailType, detail }: BusEvent) => ({
    EventBusName: busName,
    Source: source,
    DetailType: detailType,
    Detail: JSON.stringify(detail),
  });
  type Entry = ReturnType<typeof buildEntry>;

  async function put(entries: readonly Entry[]): Promise<(AppError | undefined)[]> {
    const answer = await client.send(new PutEventsCommand({ Entries: [...entries] }));
    return entries.map(({ DetailType }, index) => {
      const { ErrorCode: code, ErrorMessage: message = 'no message' } = answer.Entries?.[index] ?? {};
      if (code === undefined && (answer.FailedEntryCount ?? 0) < entries.length) return undefined;
      return new AppError(
        'UpstreamUnavailableError',
        `the bus took no ${DetailType}: ${code ?? 'unknown'}, ${message}`,
      );
    });
  }

  return {
    async publish(event) {
      const [failure] = await put([buildEntry(event)]);
      if (failure !== undefined) throw failure;
    },

    async publishAll(events) {
      const parts = splitEntries(events.map(buildEntry));
      const outcomes = await Promise.all(
        parts.map(
          async (entries) =>
            await put(entries).catch((error: unknown) =>
              entries.map(() => (error instanceof Error ? error : new Error(String(error)))),
            ),
        ),
      );
      return outcomes.flat();
    },
  };
}

/** In their order, as many as one call takes. */
function splitEntries<Entry extends { readonly Detail: string }>(entries: readonly Entry[]): Entry[][] {
  const parts: Entry[][] = [];
  let bytes = 0;
  for (const entry of entries) {
    const size = Buffer.byteLength(entry.Detail);
    const last = parts.at(-1);
    if (last === undefined || last.length >= maximumEntries || bytes + size > maximumBytes) {
      parts.push([entry]);
      bytes = size;
    } else {
      last.push(entry);
      bytes += size;
    }
  }
  return parts;
}

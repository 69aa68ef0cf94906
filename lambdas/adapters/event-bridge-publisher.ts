// Publishes on the automation's bus.
import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { AppError } from '../../core/app-error.ts';
import type { EventPublisher } from '../../core/ingress/receive-delivery.ts';

/** PutEvents answers 200 even when it took nothing: only FailedEntryCount tells. */
export function createEventBridgePublisher(client: EventBridgeClient, busName: string): EventPublisher {
  return {
    async publish({ source, detailType, detail }) {
      const { FailedEntryCount: failed = 0, Entries: entries = [] } = await client.send(
        new PutEventsCommand({
          Entries: [{ EventBusName: busName, Source: source, DetailType: detailType, Detail: JSON.stringify(detail) }],
        }),
      );
      if (failed === 0) return;
      const { ErrorCode: code = 'unknown', ErrorMessage: message = 'no message' } = entries[0] ?? {};
      throw new AppError('UpstreamUnavailableError', `the bus took no ${detailType}: ${code}, ${message}`);
    },
  };
}

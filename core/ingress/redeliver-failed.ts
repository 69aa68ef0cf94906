// Asks again for what could not be delivered, webhook by webhook.
import { type DeliveryAttempt, decideRedeliveries } from './decide-redeliveries.ts';

/** The deliveries of one webhook. */
export interface WebhookDeliveries {
  /** For people: which webhook it is. */
  readonly name: string;
  list(since: number): Promise<DeliveryAttempt[]>;
  redeliver(attempt: DeliveryAttempt): Promise<void>;
}

export interface CheckedWebhook {
  readonly webhook: string;
  readonly attempts: number;
  /** Guids that were asked for again. */
  readonly redelivered: readonly string[];
  /** Guids that failed too often: a person must look. */
  readonly givenUp: readonly string[];
}

/** GitHub keeps deliveries that can be repeated this long. */
const windowMilliseconds = 3 * 86_400_000;

/** `onChecked` is told of each webhook as soon as it is done, for a later one may throw. Returns how many were asked for. */
export async function redeliverFailed(
  webhooks: readonly WebhookDeliveries[],
  now: number,
  onChecked: (checked: CheckedWebhook) => void,
): Promise<number> {
  let count = 0;
  for (const webhook of webhooks) {
    const attempts = await webhook.list(now - windowMilliseconds);
    const { redeliver, givenUp } = decideRedeliveries(attempts, now);
    for (const attempt of redeliver) await webhook.redeliver(attempt);
    count += redeliver.length;
    const redelivered = redeliver.map(({ guid }) => guid);
    onChecked({ webhook: webhook.name, attempts: attempts.length, redelivered, givenUp });
  }
  return count;
}

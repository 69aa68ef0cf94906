// Posts webhooks as GitHub does: over HTTP, signed over the raw bytes.
import { createHmac, randomUUID } from 'node:crypto';
import type { TestSystem } from './start-test-system.ts';

export interface Webhook {
  /** X-GitHub-Event. */
  readonly event: string;
  /** An object is sent as JSON. */
  readonly body: object | string | Uint8Array<ArrayBuffer>;
  /** X-GitHub-Delivery; a new one when absent. */
  readonly id?: string;
  /** Signs; the configured one when absent. */
  readonly secret?: string;
  /** Added to GitHub's own; an empty one is left out. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface WebhookAnswer {
  readonly status: number;
  readonly text: string;
  /** What it was sent under. */
  readonly id: string;
}

export function signBody(body: string | Uint8Array, secret: string): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}

export async function sendWebhook(system: TestSystem, webhook: Webhook): Promise<WebhookAnswer> {
  const { event, id = randomUUID(), secret = system.webhookSecret } = webhook;
  const body: string | Uint8Array<ArrayBuffer> =
    typeof webhook.body === 'string' || webhook.body instanceof Uint8Array
      ? webhook.body
      : JSON.stringify(webhook.body);
  const headers: Record<string, string> = {
    'user-agent': 'GitHub-Hookshot/044aadd',
    'content-type': 'application/json',
    'x-github-event': event,
    'x-github-delivery': id,
    'x-hub-signature-256': signBody(body, secret),
    ...webhook.headers,
  };
  const response = await fetch(`${system.deployment.apiUrl}/webhooks/github`, {
    method: 'POST',
    headers: Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== '')),
    body,
  });
  return { status: response.status, text: await response.text(), id };
}

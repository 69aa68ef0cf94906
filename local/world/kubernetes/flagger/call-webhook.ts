// Flagger's webhooks: a POST that means yes when it is answered with 200 to 202. https://docs.flagger.app/usage/webhooks
import { createHash } from 'node:crypto';
import type { ForwardedRequest, PodAccess } from '../pods/pod-access.ts';
import { type Canary, type CanaryPhase, type CanaryWebhook, parseGoDuration } from './canary.ts';

/** The way to Services of the cluster by their names, as Flagger's own pod has it. */
export type ReachService = PodAccess['forward'];

/** Names that the cluster's own DNS resolves: `web.shop`, `web.shop.svc`, `web.shop.svc.cluster.local`. */
const inCluster = /^([a-z][a-z0-9-]*)\.([a-z][a-z0-9-]*)(?:\.svc(?:\.cluster\.local)?)?$/;

/** Throws Error with the receiver's words when the answer is no, and with the reason when there is none. */
export async function callWebhook(reach: ReachService, webhook: CanaryWebhook, payload: object): Promise<void> {
  const url = new URL(webhook.url);
  const body = JSON.stringify(payload);
  const timeout = parseGoDuration(webhook.timeout) ?? 10_000;
  const [, name = '', namespace = ''] = inCluster.exec(url.hostname) ?? [];
  const answer = name !== '' ? await forward(reach, { namespace, name }, url, body) : await post(url, body, timeout);
  if (answer.status > 202) throw new Error(answer.text);
}

export function buildPayload(canary: Canary, phase: CanaryPhase | undefined, metadata: Record<string, string> = {}) {
  const { name, namespace } = canary.metadata;
  return { name, namespace, phase: phase ?? '', checksum: checksumOf(canary), metadata };
}

function checksumOf({ status }: Canary): string {
  return createHash('sha256')
    .update(status?.lastAppliedSpec ?? '')
    .digest('hex')
    .slice(0, 10);
}

async function forward(
  reach: ReachService,
  target: { readonly namespace: string; readonly name: string },
  url: URL,
  body: string,
): Promise<{ status: number; text: string }> {
  const request: ForwardedRequest = {
    method: 'POST',
    path: `${url.pathname}${url.search}`,
    headers: { 'content-type': 'application/json', host: url.host },
    body: Buffer.from(body),
  };
  const answer = await reach({ ...target, kind: 'Service' }, request);
  if (!answer) throw new Error(`Post "${url.href}": dial tcp: lookup ${url.hostname}: no such host or no endpoints`);
  return { status: answer.status, text: answer.body.toString('utf8') };
}

async function post(url: URL, body: string, timeout: number): Promise<{ status: number; text: string }> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(timeout) });
  return { status: answer.status, text: await answer.text() };
}

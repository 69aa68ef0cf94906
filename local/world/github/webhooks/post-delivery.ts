// One attempt to deliver a webhook, as GitHub's Hookshot makes it.
import type { DeliveryOutcome, DeliveryRecord, HookRecord } from '../records.ts';
import { buildSignatureHeaders } from './sign-payload.ts';

const RECORDED_BODY_CHARACTERS = 8_192;

/** Posts the delivery and tells how it went; never throws. Redirects are not followed. */
export async function postDelivery(options: {
  readonly hook: HookRecord;
  readonly delivery: DeliveryRecord;
  /** The id of the app or of the repository that the hook belongs to. */
  readonly targetId: number;
  readonly timeoutMilliseconds: number;
  /** Aborts the attempt when the world stops. */
  readonly signal: AbortSignal;
}): Promise<DeliveryOutcome> {
  const { hook, delivery, targetId, timeoutMilliseconds, signal } = options;
  const isForm = hook.contentType === 'form';
  const body = isForm ? new URLSearchParams({ payload: delivery.payload }).toString() : delivery.payload;
  const requestHeaders: Record<string, string> = {
    Accept: '*/*',
    'Content-Type': isForm ? 'application/x-www-form-urlencoded' : 'application/json',
    'User-Agent': 'GitHub-Hookshot/0f2d4e1',
    'X-GitHub-Delivery': delivery.guid,
    'X-GitHub-Event': delivery.event,
    'X-GitHub-Hook-ID': String(hook.id),
    'X-GitHub-Hook-Installation-Target-ID': String(targetId),
    'X-GitHub-Hook-Installation-Target-Type': hook.repository === undefined ? 'integration' : 'repository',
    ...(hook.secret && buildSignatureHeaders(hook.secret, body)),
  };
  const startedAt = performance.now();
  const deadline = AbortSignal.timeout(timeoutMilliseconds);
  const finish = (result: Pick<DeliveryOutcome, 'status' | 'statusCode' | 'responseHeaders' | 'responseBody'>) => ({
    ...result,
    durationSeconds: Math.round((performance.now() - startedAt) / 10) / 100,
    requestHeaders,
  });
  try {
    const response = await fetch(hook.url, {
      method: 'POST',
      headers: requestHeaders,
      body,
      redirect: 'manual',
      signal: AbortSignal.any([deadline, signal]),
    });
    const responseBody = (await response.text()).slice(0, RECORDED_BODY_CHARACTERS);
    return finish({
      status: response.ok ? 'OK' : `Invalid HTTP Response: ${response.status}`,
      statusCode: response.status,
      responseHeaders: Object.fromEntries(response.headers),
      responseBody,
    });
  } catch {
    const status = deadline.aborted ? 'timed out' : 'failed to connect to host';
    return finish({ status, statusCode: 0, responseHeaders: {}, responseBody: '' });
  }
}

// Posts messages to Slack.
import { AppError } from '../../core/app-error.ts';
import type { Message } from '../../core/notifications/build-message.ts';
import type { AddressReader } from './address-reader.ts';
import type { SecretReader } from './secret-reader.ts';

const timeoutMilliseconds = 8_000;
/** Errors by which Slack says that the token does not count (any more). */
const tokenErrors = ['invalid_auth', 'not_authed', 'token_expired', 'token_revoked'];

/** Throws what a later try can mend as such; `ForbiddenError` and `NotFoundError` want a person. @see https://docs.slack.dev/reference/methods/chat.postMessage */
export function createSlackMessenger(
  address: AddressReader,
  secret: SecretReader<{ readonly token: string }>,
): (message: Message) => Promise<void> {
  return async (message) => {
    const first = await post(message, (await secret.read()).token);
    if (first === undefined) return;
    const answer = tokenErrors.includes(first)
      ? await post(message, (await secret.read({ refresh: true })).token)
      : first;
    if (answer === undefined) return;
    if (tokenErrors.includes(answer))
      throw new AppError('ForbiddenError', `Slack refuses our token (${answer}): set its secret`);
    throw new AppError('NotFoundError', `Slack takes no message for ${message.channel}: ${answer}`);
  };

  /** Slack's error, or undefined when it took the message. */
  async function post(message: Message, token: string): Promise<string | undefined> {
    const response = await send(`${await address('slack-api-url')}/chat.postMessage`, message, token);
    if (response.status === 429) {
      throw new AppError('ThrottledError', `Slack asks to wait ${response.headers.get('retry-after') ?? 'a while'} s`);
    }
    if (!response.ok) throw new AppError('UpstreamUnavailableError', `Slack answered ${response.status}`);
    const { ok, error = 'unknown error' } = (await response.json()) as { ok?: boolean; error?: string };
    return ok === true ? undefined : error;
  }
}

async function send(url: string, message: Message, token: string): Promise<Response> {
  try {
    return await fetch(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify({ ...message, unfurl_links: false }),
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMilliseconds),
    });
  } catch (cause) {
    throw new AppError('UpstreamUnavailableError', `Slack at ${new URL(url).host} cannot be reached`, { cause });
  }
}

// One call of the Slack Web API: time limits, patience when Slack asks for it, and renewal of a refused token.
import { AppError } from '../../core/app-error.ts';
import type { Clock } from '../../core/clock.ts';
import type { AddressReader } from './address-reader.ts';
import { postJson } from './post-json.ts';
import type { SecretReader } from './secret-reader.ts';

/** Errors by which Slack says that the token does not count (any more). */
const tokenErrors = ['invalid_auth', 'not_authed', 'token_expired', 'token_revoked'];
const transientErrors = ['internal_error', 'fatal_error', 'service_unavailable', 'request_timeout', 'ratelimited'];

export type SlackAnswer =
  | { readonly ok: true; readonly ts: string; readonly channel: string }
  | { readonly ok: false; readonly error: string };

/** Gives Slack's refusal of the content as a value. @throws AppError for everything else. @see https://docs.slack.dev/reference/methods/chat.postMessage */
export function createSlackClient(
  address: AddressReader,
  secret: SecretReader<{ readonly token: string }>,
  clock: Clock,
): (method: string, content: object) => Promise<SlackAnswer> {
  return async (method, content) => {
    const send = async (token: string): Promise<SlackAnswer> => {
      const url = `${await address('slack-api-url')}/${method}`;
      const response = await postJson('Slack', clock, url, content, { authorization: `Bearer ${token}` });
      if (!response.ok) throw new AppError('UpstreamUnavailableError', `Slack answered ${response.status}`);
      const answer = (await response.json()) as { ok?: boolean; error?: string; ts?: string; channel?: string };
      if (answer.ok === true) return { ok: true, ts: String(answer.ts), channel: String(answer.channel) };
      return { ok: false, error: answer.error ?? 'unknown error' };
    };
    const isRefused = (answer: SlackAnswer): boolean => !answer.ok && tokenErrors.includes(answer.error);
    const first = await send((await secret.read()).token);
    const answer = isRefused(first) ? await send((await secret.read({ refresh: true })).token) : first;
    if (answer.ok) return answer;
    if (isRefused(answer))
      throw new AppError('ForbiddenError', `Slack refuses our token (${answer.error}): set its secret`);
    if (transientErrors.includes(answer.error))
      throw new AppError('UpstreamUnavailableError', `Slack answered ${answer.error}`);
    return answer;
  };
}

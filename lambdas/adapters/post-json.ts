// A POST of JSON to a system outside: bounded in time, no redirects, and with the patience that the system asks for.
import { AppError } from '../../core/app-error.ts';
import type { Clock } from '../../core/clock.ts';

const timeoutMilliseconds = 8_000;
/** A longer wait than this is left to the retries of the event: the function has 30 s in all. */
const maximumPatienceSeconds = 5;
const maximumTries = 3;

/** Any answer but a call for patience. @throws AppError `UpstreamUnavailableError`, `ThrottledError`. */
export async function postJson(
  system: string,
  clock: Clock,
  url: string,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  for (let attempt = 1; ; attempt += 1) {
    const response = await send(system, url, body, headers);
    if (response.status !== 429) return response;
    const patience = Math.max(1, Number(response.headers.get('retry-after')) || 30);
    if (attempt >= maximumTries || patience > maximumPatienceSeconds)
      throw new AppError('ThrottledError', `${system} asks to wait ${patience} s`);
    await clock.sleep(patience * 1000);
  }
}

async function send(
  system: string,
  url: string,
  body: object,
  headers: Readonly<Record<string, string>>,
): Promise<Response> {
  try {
    return await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
      body: JSON.stringify(body),
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMilliseconds),
    });
  } catch (cause) {
    throw new AppError('UpstreamUnavailableError', `${system} at ${new URL(url).host} cannot be reached`, { cause });
  }
}

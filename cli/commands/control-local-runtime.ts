// `automation local …`: the clock and the life of a local runtime, over its control API.
import { CommandFailure, exitCodes } from '../output.ts';

export interface LocalClock {
  /** Virtual time, ISO 8601. */
  readonly now: string;
  /** How far virtual time is ahead of real time. */
  readonly offsetMilliseconds: number;
}

export async function readLocalClock(endpoint: string | undefined): Promise<LocalClock> {
  return (await request(endpoint, 'GET', '/_local/clock')) as LocalClock;
}

/** Skips idle time; resolves when everything that became due has been worked off. */
export async function advanceLocalClock(endpoint: string | undefined, duration: string): Promise<LocalClock> {
  return (await request(endpoint, 'POST', '/_local/clock/advance', {
    milliseconds: parseDuration(duration),
  })) as LocalClock;
}

/** Stops the runtime; its state is wiped when it is started with --fresh. */
export async function stopLocalRuntime(endpoint: string | undefined): Promise<void> {
  await request(endpoint, 'POST', '/_local/stop');
}

/** `90s`, `15m`, `2h`, `30d`: milliseconds. @throws CommandFailure naming what is allowed. */
export function parseDuration(text: string): number {
  const match = /^(\d+)(s|m|h|d)$/.exec(text);
  const sizes = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
  if (match === null)
    throw new CommandFailure(`a duration is a number and s, m, h or d, such as 30d; got ${text}`, exitCodes.usage);
  return Number(match[1]) * sizes[match[2] as keyof typeof sizes];
}

async function request(endpoint: string | undefined, method: string, path: string, body?: object): Promise<unknown> {
  if (endpoint === undefined) {
    throw new CommandFailure(
      'which local runtime? Give --endpoint-url or set AWS_ENDPOINT_URL, as `npm start` prints it',
      exitCodes.usage,
    );
  }
  const url = new URL(path, endpoint);
  try {
    const response = await fetch(url, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    const text = await response.text();
    if (!response.ok) throw new CommandFailure(`${method} ${path} answered ${response.status}: ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  } catch (error) {
    if (error instanceof CommandFailure) throw error;
    throw new CommandFailure(
      `no local runtime answers at ${endpoint}: start one with npm start`,
      exitCodes.unreachable,
    );
  }
}

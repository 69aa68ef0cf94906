// What each command runs in: its options, its output, and the connection that it opens when it needs one.
import { type Command, InvalidArgumentError } from 'commander';
import { readLocalClock } from './commands/control-local-runtime.ts';
import { type Connection, type ConnectionOptions, connect, endpointOf } from './connection.ts';
import { createOutput, type Output } from './output.ts';

export interface GlobalOptions extends ConnectionOptions {
  readonly json: boolean;
}

export interface Session {
  readonly options: GlobalOptions;
  readonly output: Output;
  connect(): Promise<Connection>;
}

/** Commander hands over arguments, then options, then the command; a command here gets a session, its options and its one argument. */
export function withSession<O>(run: (session: Session, options: O, argument: string) => Promise<void>) {
  return async (...received: unknown[]): Promise<void> => {
    const command = received.at(-1) as Command;
    const own = received.at(-2) as O;
    const argument = received.length > 2 ? String(received[0] ?? '') : '';
    const options = command.optsWithGlobals<GlobalOptions>();
    const output = createOutput({ json: options.json });
    await run({ options, output, connect: () => connect(options) }, own, argument);
  };
}

/** A whole number from 1 to 1000, as an option takes it. */
export function parseCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > 1000)
    throw new InvalidArgumentError('a whole number from 1 to 1000 is needed.');
  return count;
}

/** Virtual time of a local runtime, else this machine's. */
export async function readNow(options: ConnectionOptions): Promise<number> {
  const endpoint = endpointOf(options);
  if (endpoint === undefined) return Date.now();
  try {
    return Date.parse((await readLocalClock(endpoint)).now);
  } catch {
    // An endpoint that is not our runtime (a VPC endpoint, a proxy) has no clock of its own.
    return Date.now();
  }
}

/** The same, ISO 8601. */
export async function readTime(options: ConnectionOptions): Promise<string> {
  return new Date(await readNow(options)).toISOString();
}

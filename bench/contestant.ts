// A program that is measured in a process of its own: told when to run a round, answering what it took.
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

interface Reply {
  readonly result?: unknown;
  readonly failure?: string;
}

export interface Contestant<Round, Result> {
  round(input: Round): Promise<Result>;
  /** Lets it clean up, then waits for its end. */
  close(): Promise<void>;
}

/** Starts a program that calls `serveRounds`; `url` is its module. Rejects when it ends before it is ready. */
export async function openContestant<Round, Result>(
  url: URL,
  options: { readonly settings?: object; readonly environment?: Readonly<Record<string, string>> } = {},
): Promise<Contestant<Round, Result>> {
  // The cache of compiled code would flatter what is measured: Lambda has none, nor do the peers.
  const { NODE_COMPILE_CACHE: _, ...inherited } = process.env;
  const child = fork(fileURLToPath(url), [JSON.stringify(options.settings ?? {})], {
    env: { ...inherited, ...options.environment },
    execArgv: ['--disable-warning=ExperimentalWarning'],
    // What a measured program prints is not ours to show; what it complains about is.
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  await nextReply(child, url);
  return {
    round(input) {
      const reply = nextReply(child, url);
      child.send({ input });
      return reply as Promise<Result>;
    },
    async close() {
      const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.send({ end: true });
      await ended;
    },
  };
}

function nextReply(child: ChildProcess, url: URL): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null, signal: string | null) => {
      child.off('message', onMessage);
      reject(new Error(`${fileURLToPath(url)} ended with ${signal ?? `exit code ${code}`}: see its message above`));
    };
    const onMessage = (reply: Reply) => {
      child.off('exit', onExit);
      if (reply.failure === undefined) resolve(reply.result);
      else reject(new Error(reply.failure));
    };
    child.once('exit', onExit);
    child.once('message', onMessage);
  });
}

/** The settings that `openContestant` gave. */
export function readSettings<Settings>(): Settings {
  return JSON.parse(process.argv[2] ?? '{}') as Settings;
}

/** Says that the program is ready and answers rounds, one after the other, until it is told to end. */
export function serveRounds<Round, Result>(
  run: (input: Round) => Promise<Result> | Result,
  cleanUp: () => Promise<void> | void = () => undefined,
): void {
  const reply = (message: Reply) => process.send?.(message);
  process.on('message', async (message: { readonly input?: Round; readonly end?: true }) => {
    try {
      if (message.end === undefined) {
        reply({ result: await run(message.input as Round) });
        return;
      }
      await cleanUp();
      process.exit(0);
    } catch (error) {
      reply({ failure: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
  });
  process.once('disconnect', async () => {
    await cleanUp();
    process.exit(1);
  });
  reply({});
}

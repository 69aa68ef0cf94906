// Starts programs that run for a while, such as those of functions and of Jobs; none of them outlives this process.
import type { Socket } from 'node:net';
import { openSocketPair } from './open-socket-pair.ts';
import { askStartingProcess } from './starting-process.ts';

export interface ProgramStart {
  readonly program: string;
  readonly args: readonly string[];
  /** The whole environment: nothing is inherited. */
  readonly environment: Readonly<Record<string, string>>;
  readonly workingDirectory?: string;
  /** With a process group of its own: what it starts gets its signals too. */
  readonly leadsGroup?: boolean;
}

export interface ProgramEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Why it could not be started, or why nobody knows how it ended. */
  readonly error?: string;
}

export interface StartedProgram {
  /** Resolves when it has ended and everything that it printed has been told; never rejects. */
  readonly ended: Promise<ProgramEnd>;
  /** Without effect once it has ended. */
  kill(signal: NodeJS.Signals): void;
}

/** `onOutput` is told what it prints, to either output. `channel` becomes its file descriptor 3. */
export function startProgram(start: ProgramStart, onOutput: (chunk: Buffer) => void, channel?: Socket): StartedProgram {
  let pid: number | undefined;
  let early: NodeJS.Signals | undefined;
  let hasEnded = false;
  const kill = (signal: NodeJS.Signals): void => {
    if (hasEnded) return;
    if (pid === undefined) early = signal;
    else sendSignal(start.leadsGroup ? -pid : pid, signal);
  };
  const ended = new Promise<ProgramEnd>((resolve) => {
    const end = (how: ProgramEnd): true => {
      hasEnded = true;
      resolve(how);
      return true;
    };
    askStartingProcess(
      { start },
      {
        receive(answer) {
          if ('output' in answer) onOutput(Buffer.from(answer.output));
          if ('started' in answer) {
            pid = answer.started;
            if (early !== undefined) kill(early);
          }
          if ('error' in answer) return end({ code: null, signal: null, error: answer.error });
          return 'ended' in answer && end(answer.ended);
        },
        lose(error) {
          // Nobody is left who would hear of its end.
          kill('SIGKILL');
          channel?.destroy();
          end({ code: null, signal: 'SIGKILL', error });
        },
      },
      channel,
    );
  });
  return { ended, kill };
}

/** A program with a channel to it: a socket of which it has the other end as its file descriptor 3. */
export async function startProgramWithChannel(
  start: ProgramStart,
  onOutput: (chunk: Buffer) => void,
): Promise<StartedProgram & { readonly channel: Socket }> {
  const { here, there } = await openSocketPair();
  return { ...startProgram(start, onOutput, there), channel: here };
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended by itself in the meantime.
  }
}

// Containers that are real processes: images for which a command on this machine is registered.
import { startProgram } from '../../../programs/start-program.ts';

/** What stands in for an image. The container's own `command` and `args` follow as arguments. */
export interface JobImage {
  readonly command: string;
  readonly args?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly workingDirectory?: string;
}

export interface ContainerProcess {
  /** Resolves with the exit code; 137 after a kill, 127 when the command could not be started. */
  readonly exited: Promise<number>;
  /** SIGTERM, and SIGKILL when it is still there after the grace period (of real time). */
  kill(graceMilliseconds: number): void;
}

/** Starts the process with nothing of this process's environment but PATH and HOME. */
export function startContainerProcess(
  image: JobImage,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  onOutput: (chunk: Buffer) => void,
): ContainerProcess {
  const program = startProgram(
    {
      program: image.command,
      args: [...(image.args ?? []), ...args],
      environment: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...image.environment, ...environment },
      ...(image.workingDirectory === undefined ? {} : { workingDirectory: image.workingDirectory }),
      // Its children end with it.
      leadsGroup: true,
    },
    onOutput,
  );
  const exited = program.ended.then(({ code, signal, error }) => {
    if (signal !== null) return signal === 'SIGTERM' ? 143 : 137;
    if (error === undefined) return code ?? 137;
    onOutput(Buffer.from(`${image.command}: ${error}\n`));
    return 127;
  });
  return {
    exited,
    kill(graceMilliseconds) {
      program.kill('SIGTERM');
      const timer = setTimeout(() => program.kill('SIGKILL'), graceMilliseconds);
      void exited.then(() => clearTimeout(timer));
    },
  };
}

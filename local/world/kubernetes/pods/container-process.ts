// Containers that are real processes: images for which a command on this machine is registered.
import { type ChildProcess, spawn } from 'node:child_process';

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
  const child: ChildProcess = spawn(image.command, [...(image.args ?? []), ...args], {
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...image.environment, ...environment },
    ...(image.workingDirectory ? { cwd: image.workingDirectory } : {}),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  child.stdout?.on('data', onOutput);
  child.stderr?.on('data', onOutput);
  const exited = new Promise<number>((resolve) => {
    child.on('error', (error) => {
      onOutput(Buffer.from(`${image.command}: ${error.message}\n`));
      resolve(127);
    });
    child.on('close', (code, signal) => resolve(code ?? (signal === 'SIGTERM' ? 143 : 137)));
  });
  return { exited, kill: (graceMilliseconds) => killGroup(child, exited, graceMilliseconds) };
}

/** The process was started as the leader of a group of its own, so that its children end with it. */
function killGroup(child: ChildProcess, exited: Promise<number>, graceMilliseconds: number): void {
  const signal = (name: NodeJS.Signals) => {
    try {
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, name);
    } catch {
      // It ended by itself in the meantime.
    }
  };
  signal('SIGTERM');
  const timer = setTimeout(() => signal('SIGKILL'), graceMilliseconds);
  void exited.then(() => clearTimeout(timer));
}

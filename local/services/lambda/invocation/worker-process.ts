// One process that runs a function's code, one invocation at a time.
import { randomBytes } from 'node:crypto';
import { StringDecoder } from 'node:string_decoder';
import { fileURLToPath } from 'node:url';
import { type LineChannel, openLineChannel } from '../../../programs/line-channel.ts';
import { type StartedProgram, startProgramWithChannel } from '../../../programs/start-program.ts';
import type { Credentials } from '../../../runtime/context.ts';
import type { FunctionConfiguration } from '../function-configuration.ts';
import { buildWorkerEnvironment } from './build-worker-environment.ts';
import { buildExitError, buildTimeoutError, type FunctionError } from './runtime-error.ts';

const BOOTSTRAP = fileURLToPath(new URL('../worker/bootstrap.mjs', import.meta.url));
/** Lambda gives the initialisation 10 s before it starts over within the invocation's own timeout. */
const INITIALISATION_SECONDS = 10;

export interface WorkerInvocation {
  readonly requestId: string;
  readonly functionArn: string;
  /** JSON text. */
  readonly payload: string;
  /** Virtual time, milliseconds since the epoch. */
  readonly deadline: number;
  readonly clockOffsetMilliseconds: number;
  readonly traceId: string;
  readonly clientContext?: unknown;
}

export type WorkerOutcome =
  | { readonly kind: 'result'; readonly payload: string; readonly maximumMemoryKilobytes: number }
  | { readonly kind: 'error'; readonly error: FunctionError };

type WorkerMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'log'; readonly text: string }
  | { readonly type: 'result'; readonly payload: string; readonly maximumMemoryKilobytes: number }
  | { readonly type: 'error' | 'init-error'; readonly error: FunctionError };

export interface WorkerOptions {
  readonly configuration: FunctionConfiguration;
  readonly version: string;
  readonly credentials: Credentials;
  readonly endpointUrl: string;
  readonly clockOffsetMilliseconds: number;
  /** `2026/11/23/[$LATEST]…`: each process has a log stream of its own. */
  readonly logStream: string;
}

interface Pending {
  readonly invocation: WorkerInvocation;
  readonly settle: (outcome: WorkerOutcome) => void;
}

export class WorkerProcess {
  readonly logStream: string;
  readonly #configuration: FunctionConfiguration;
  readonly #ended: Promise<void>;
  #isUnwanted = false;
  #program: StartedProgram | undefined;
  #channel: LineChannel | undefined;
  readonly #startedAt = performance.now();
  #isReady = false;
  #initialisationMilliseconds: number | undefined;
  #initialisationError: FunctionError | undefined;
  #pending: Pending | undefined;
  #timer: NodeJS.Timeout | undefined;
  #log = '';
  #exited = false;

  constructor(options: WorkerOptions) {
    this.#configuration = options.configuration;
    this.logStream = options.logStream;
    this.#ended = this.#run(options).catch(() => this.#end(1, null));
  }

  get hasExited(): boolean {
    return this.#exited;
  }

  /** Runs one invocation; never rejects. Must not be called while another one is under way. */
  invoke(invocation: WorkerInvocation): Promise<WorkerOutcome> {
    return new Promise((settle) => {
      this.#pending = { invocation, settle };
      if (this.#exited) this.#settle({ kind: 'error', error: buildExitError(invocation.requestId, 1, null) });
      else if (this.#isReady) this.#dispatch();
      else this.#setTimer(INITIALISATION_SECONDS + this.#configuration.timeoutSeconds);
    });
  }

  /** What was printed since the last call. */
  takeLog(): string {
    const log = this.#log;
    this.#log = '';
    return log;
  }

  /** How long the initialisation took; only the first call after it gives a figure, as REPORT lines do. */
  takeInitialisationMilliseconds(): number | undefined {
    const milliseconds = this.#initialisationMilliseconds;
    this.#initialisationMilliseconds = undefined;
    return milliseconds;
  }

  /** Ends the process at once. Resolves when it is gone. */
  async stop(): Promise<void> {
    this.#kill();
    await this.#ended;
  }

  #kill(): void {
    this.#isUnwanted = true;
    this.#program?.kill('SIGKILL');
  }

  async #run(options: WorkerOptions): Promise<void> {
    const decoder = new StringDecoder();
    const { codeDirectory, memoryMegabytes } = options.configuration;
    const program = await startProgramWithChannel(
      {
        program: process.execPath,
        args: [`--max-old-space-size=${memoryMegabytes}`, BOOTSTRAP],
        environment: buildWorkerEnvironment(options),
        workingDirectory: codeDirectory,
      },
      (chunk) => {
        this.#log += decoder.write(chunk);
      },
    );
    this.#program = program;
    if (this.#isUnwanted) this.#kill();
    this.#channel = openLineChannel<WorkerMessage>(program.channel, (message) => this.#receive(message));
    const { code, signal, error } = await program.ended;
    // What it said last counts; of one that never ran there is nothing to wait for.
    if (error === undefined) await this.#channel.closed;
    else program.channel.destroy();
    this.#end(error === undefined ? code : 1, signal);
  }

  #receive(message: WorkerMessage): void {
    switch (message.type) {
      case 'ready':
        this.#isReady = true;
        this.#initialisationMilliseconds = performance.now() - this.#startedAt;
        if (this.#pending) this.#dispatch();
        return;
      case 'log':
        this.#log += message.text;
        return;
      case 'result':
        this.#settle({
          kind: 'result',
          payload: message.payload,
          maximumMemoryKilobytes: message.maximumMemoryKilobytes,
        });
        return;
      case 'error':
        this.#settle({ kind: 'error', error: message.error });
        return;
      case 'init-error':
        this.#initialisationError = message.error;
        return;
    }
  }

  #dispatch(): void {
    if (!this.#pending) return;
    this.#setTimer(this.#configuration.timeoutSeconds);
    this.#channel?.send(this.#pending.invocation);
  }

  /** The time limit is real time: the code really runs. */
  #setTimer(seconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const requestId = this.#pending?.invocation.requestId ?? '';
      const error = buildTimeoutError(requestId, this.#configuration.timeoutSeconds);
      this.#log += `${new Date().toISOString()} ${requestId} Task timed out after ${this.#configuration.timeoutSeconds.toFixed(2)} seconds\n\n`;
      this.#exited = true;
      this.#kill();
      this.#settle({ kind: 'error', error });
    }, seconds * 1000);
  }

  #settle(outcome: WorkerOutcome): void {
    clearTimeout(this.#timer);
    const pending = this.#pending;
    this.#pending = undefined;
    pending?.settle(outcome);
  }

  #end(code: number | null, signal: string | null): void {
    this.#exited = true;
    const requestId = this.#pending?.invocation.requestId ?? '';
    this.#settle({ kind: 'error', error: this.#initialisationError ?? buildExitError(requestId, code, signal) });
  }
}

/** A log stream name as Lambda makes them. */
export function buildLogStream(at: number, version: string): string {
  return `${new Date(at).toISOString().slice(0, 10).replaceAll('-', '/')}/[${version}]${randomBytes(16).toString('hex')}`;
}

// One process that runs a function's code, one invocation at a time.
import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { getCompileCacheDir } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Credentials } from '../../../runtime/context.ts';
import type { FunctionConfiguration } from '../function-configuration.ts';
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
  readonly #process: ChildProcess;
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
    this.#process = fork(BOOTSTRAP, [], {
      cwd: options.configuration.codeDirectory,
      env: buildEnvironment(options),
      execArgv: [`--max-old-space-size=${options.configuration.memoryMegabytes}`],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#process.on('message', (message) => this.#receive(message as WorkerMessage));
    this.#process.on('error', () => this.#end(1, null));
    // 'close' comes after the last output, so that the words of a dying process reach the log.
    this.#process.on('close', (code, signal) => this.#end(code, signal));
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#log += text;
      });
    }
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
    if (this.#exited) return;
    const gone = new Promise<void>((resolve) => this.#process.once('close', () => resolve()));
    this.#process.kill('SIGKILL');
    await gone;
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
    this.#process.send(this.#pending.invocation);
  }

  /** The time limit is real time: the code really runs. */
  #setTimer(seconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const requestId = this.#pending?.invocation.requestId ?? '';
      const error = buildTimeoutError(requestId, this.#configuration.timeoutSeconds);
      this.#log += `${new Date().toISOString()} ${requestId} Task timed out after ${this.#configuration.timeoutSeconds.toFixed(2)} seconds\n\n`;
      this.#exited = true;
      this.#process.kill('SIGKILL');
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

/** The folder that this process keeps compiled code in, if it does; Node adds its version below it by itself. */
function findCompileCache(): string | undefined {
  const directory = getCompileCacheDir();
  return directory === undefined ? undefined : dirname(directory);
}

/** Nothing of the runtime's own environment reaches the function. */
function buildEnvironment(options: WorkerOptions): Record<string, string> {
  const { configuration, version, credentials } = options;
  return {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    ...configuration.environment,
    _HANDLER: configuration.handler,
    LAMBDA_TASK_ROOT: configuration.codeDirectory,
    AWS_EXECUTION_ENV: `AWS_Lambda_${configuration.runtime}`,
    AWS_REGION: configuration.region,
    AWS_DEFAULT_REGION: configuration.region,
    AWS_LAMBDA_FUNCTION_NAME: configuration.name,
    AWS_LAMBDA_FUNCTION_VERSION: version,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(configuration.memoryMegabytes),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: configuration.logGroup,
    AWS_LAMBDA_LOG_STREAM_NAME: options.logStream,
    ...(configuration.logFormat === 'JSON' && { AWS_LAMBDA_LOG_FORMAT: 'JSON' }),
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
    AWS_ENDPOINT_URL: options.endpointUrl,
    _LOCAL_RUNTIME_SETTINGS: JSON.stringify({
      functionName: configuration.name,
      functionVersion: version,
      memoryMegabytes: configuration.memoryMegabytes,
      taskRoot: configuration.codeDirectory,
      logFormat: configuration.logFormat,
      clockOffsetMilliseconds: options.clockOffsetMilliseconds,
      compileCacheDirectory: findCompileCache(),
      hasNoCallbacks: Number(/^nodejs(\d+)/.exec(configuration.runtime)?.[1]) >= 24,
    }),
  };
}

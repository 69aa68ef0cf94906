// The warm processes of one function: a few at most, handed out one invocation at a time; further requests queue.
import type { WorkerProcess } from './worker-process.ts';

/** More processes than this gain nothing on one machine. */
const MAXIMUM_WORKERS = 4;
/** A busy pool grows when somebody has waited for this long, in real time: a start costs more than most invocations take. */
const GROWTH_MILLISECONDS = 60;
/** An idle process is let go after this much real time. */
const IDLE_MILLISECONDS = 5 * 60_000;

interface Waiting {
  /** Real time. */
  readonly since: number;
  readonly resolve: (worker: WorkerProcess) => void;
  readonly reject: (error: unknown) => void;
}

export class WorkerPool {
  readonly #startWorker: () => WorkerProcess;
  readonly #maximumWorkers: number;
  readonly #workers = new Set<WorkerProcess>();
  /** The most recently used last: it is handed out first, so that surplus ones grow idle. */
  #idle: { readonly worker: WorkerProcess; readonly expiry: NodeJS.Timeout }[] = [];
  #waiting: Waiting[] = [];
  #inFlight = 0;
  #growth: NodeJS.Timeout | undefined;

  constructor(startWorker: () => WorkerProcess, maximumConcurrency = MAXIMUM_WORKERS) {
    this.#startWorker = startWorker;
    this.#maximumWorkers = Math.max(1, Math.min(MAXIMUM_WORKERS, maximumConcurrency));
  }

  /** Invocations running or waiting for a process. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** Runs `use` with a process that nobody else uses meanwhile. */
  async run<Result>(use: (worker: WorkerProcess) => Promise<Result>): Promise<Result> {
    this.#inFlight += 1;
    try {
      const worker = await this.#acquire();
      try {
        return await use(worker);
      } finally {
        this.#release(worker);
      }
    } finally {
      this.#inFlight -= 1;
    }
  }

  /** Ends all processes; what is under way fails, what waits is refused. */
  async stop(): Promise<void> {
    for (const { expiry } of this.#idle) clearTimeout(expiry);
    this.#idle = [];
    clearTimeout(this.#growth);
    for (const { reject } of this.#waiting.splice(0)) reject(new Error('the runtime stops'));
    await Promise.all([...this.#workers].map((worker) => worker.stop()));
  }

  #acquire(): WorkerProcess | Promise<WorkerProcess> {
    for (let idle = this.#idle.pop(); idle; idle = this.#idle.pop()) {
      clearTimeout(idle.expiry);
      if (!idle.worker.hasExited) return idle.worker;
    }
    if (this.#workers.size === 0) return this.#start();
    return new Promise((resolve, reject) => {
      this.#waiting.push({ since: performance.now(), resolve, reject });
      this.#growLater();
    });
  }

  #growLater(): void {
    const [first] = this.#waiting;
    if (first === undefined || this.#growth !== undefined || this.#workers.size >= this.#maximumWorkers) return;
    this.#growth = setTimeout(
      () => {
        this.#growth = undefined;
        const [longest] = this.#waiting;
        if (longest !== undefined && performance.now() - longest.since >= GROWTH_MILLISECONDS) {
          this.#waiting.shift();
          longest.resolve(this.#start());
        }
        this.#growLater();
      },
      Math.max(1, first.since + GROWTH_MILLISECONDS - performance.now()),
    );
  }

  #start(): WorkerProcess {
    const worker = this.#startWorker();
    this.#workers.add(worker);
    return worker;
  }

  #release(worker: WorkerProcess): void {
    if (worker.hasExited) {
      this.#workers.delete(worker);
      const next = this.#waiting.shift();
      if (next) next.resolve(this.#start());
      return;
    }
    const next = this.#waiting.shift();
    if (next) {
      next.resolve(worker);
      return;
    }
    const expiry = setTimeout(() => {
      this.#idle = this.#idle.filter((entry) => entry.worker !== worker);
      this.#workers.delete(worker);
      void worker.stop();
    }, IDLE_MILLISECONDS).unref();
    this.#idle.push({ worker, expiry });
  }
}

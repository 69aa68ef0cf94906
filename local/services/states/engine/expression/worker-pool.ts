// A few worker threads that evaluate expressions, each batch within a time and a memory bound.
import { Worker } from 'node:worker_threads';
import type { EvaluationAnswer, EvaluationBatch, EvaluationResult } from './worker-messages.ts';

const LARGEST_HEAP_MEGABYTES = 256;
const STACK_MEGABYTES = 4;

interface Job {
  readonly batch: EvaluationBatch;
  readonly resolve: (results: readonly EvaluationResult[]) => void;
}

/** Evaluates batches; each one ends within the time bound, as a failure if need be, and never disturbs the others. */
export class WorkerPool {
  readonly #size: number;
  readonly #timeLimitMilliseconds: number;
  readonly #idle: Worker[] = [];
  readonly #waiting: Job[] = [];
  #busy = 0;
  #isClosed = false;

  constructor(options: { size: number; timeLimitMilliseconds: number }) {
    this.#size = options.size;
    this.#timeLimitMilliseconds = options.timeLimitMilliseconds;
  }

  evaluate(batch: EvaluationBatch): Promise<readonly EvaluationResult[]> {
    return new Promise((resolve) => {
      this.#waiting.push({ batch, resolve });
      this.#startNext();
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#idle.splice(0).map((worker) => worker.terminate()));
  }

  #startNext(): void {
    while (this.#waiting.length > 0 && this.#busy < this.#size) {
      const job = this.#waiting.shift() as Job;
      this.#busy += 1;
      const warm = this.#idle.pop();
      this.#run(warm ?? this.#createWorker(), job, warm !== undefined);
    }
  }

  #createWorker(): Worker {
    return new Worker(new URL('./evaluation-worker.ts', import.meta.url), {
      env: {},
      execArgv: ['--no-warnings'],
      resourceLimits: { maxOldGenerationSizeMb: LARGEST_HEAP_MEGABYTES, stackSizeMb: STACK_MEGABYTES },
    });
  }

  #run(worker: Worker, job: Job, isWarm: boolean): void {
    worker.ref();
    let timer: NodeJS.Timeout | undefined;
    const begin = () => {
      timer = setTimeout(
        () => end(failAll(job.batch, `the evaluation took longer than ${this.#timeLimitMilliseconds} ms`)),
        this.#timeLimitMilliseconds,
      );
      worker.postMessage(job.batch);
    };
    const end = (results: readonly EvaluationResult[], isReusable = false) => {
      clearTimeout(timer);
      worker.off('message', onMessage).off('error', onError).off('exit', onExit);
      if (isReusable && !this.#isClosed) {
        worker.unref();
        this.#idle.push(worker);
      } else {
        // What still goes wrong in a worker that is being stopped concerns nobody.
        worker.on('error', () => undefined);
        worker.terminate().catch(() => undefined);
      }
      this.#busy -= 1;
      job.resolve(results);
      this.#startNext();
    };
    const onMessage = (answer: EvaluationAnswer | 'ready') => {
      // The time a thread takes to start is not the expression's.
      if (answer === 'ready') begin();
      else if (answer.isTainted) end(failAll(job.batch, 'D1010: Attempted to access the Javascript object prototype'));
      else end(answer.results, true);
    };
    const onError = (error: Error) => end(failAll(job.batch, error.message));
    const onExit = () => end(failAll(job.batch, 'the evaluation ended without a result'));
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
    if (isWarm) begin();
  }
}

function failAll(batch: EvaluationBatch, failure: string): EvaluationResult[] {
  return batch.sources.map(() => ({ failure }));
}

// Runs invocations: picks the function's pool, hands the payload to a process, and tells trace and log about it.
import { randomBytes } from 'node:crypto';
import type { RuntimeContext } from '../../../runtime/context.ts';
import { AwsError } from '../../../runtime/service.ts';
import { ServiceMetrics } from '../../../runtime/service-metrics.ts';
import type { FunctionConfiguration } from '../function-configuration.ts';
import type { ResolvedFunction } from '../function-registry.ts';
import { buildReportLines, buildStartLine } from './log-lines.ts';
import { LogWriter } from './log-writer.ts';
import { buildResponseTooLargeError } from './runtime-error.ts';
import { WorkerPool } from './worker-pool.ts';
import { buildLogStream, type WorkerOutcome, WorkerProcess } from './worker-process.ts';

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: 6 MB, with Lambda's own slack for the envelope. */
const MAXIMUM_RESPONSE_BYTES = 6_291_556;

export interface InvocationRequest {
  readonly resolved: ResolvedFunction;
  readonly requestId: string;
  /** JSON text. */
  readonly payload: string;
  readonly clientContext?: unknown;
}

export interface InvocationResult {
  /** JSON text: what the handler returned, or the error. */
  readonly payload: string;
  readonly isError: boolean;
  readonly version: string;
  readonly log: string;
}

export class Invoker {
  readonly #context: RuntimeContext;
  readonly #logs: LogWriter;
  readonly #metrics: ServiceMetrics;
  readonly #pools = new Map<string, WorkerPool>();

  constructor(context: RuntimeContext) {
    this.#context = context;
    this.#logs = new LogWriter(context);
    this.#metrics = new ServiceMetrics(context, { namespace: 'AWS/Lambda', servicePrincipal: 'lambda.amazonaws.com' });
  }

  /**
   * Runs one invocation to its end; what the function throws is a result with `isError`.
   * Throws TooManyRequestsException when the function's reserved concurrency is used up. The account's is not limited: what waits
   * here for one of the few processes would be done already in AWS.
   */
  async invoke(request: InvocationRequest): Promise<InvocationResult> {
    const pool = this.#getPool(request.resolved);
    this.#refuseBeyondReserve(request.resolved.configuration, pool);
    return await this.#context.clock.work(pool.run((worker) => this.#runIn(worker, request)));
  }

  async stop(): Promise<void> {
    this.#metrics.stop();
    await Promise.all([...this.#pools.values()].map((pool) => pool.stop()));
    await this.#logs.drain();
  }

  #refuseBeyondReserve(configuration: FunctionConfiguration, pool: WorkerPool): void {
    const { reservedConcurrency } = configuration;
    if (reservedConcurrency === undefined || pool.inFlight < reservedConcurrency) return;
    this.#measure(configuration, { Throttles: 1 });
    const details = { Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded', Type: 'User' };
    throw new AwsError('TooManyRequestsException', 'Rate Exceeded.', { status: 429, details });
  }

  /** https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html */
  #measure({ region, name }: FunctionConfiguration, values: Readonly<Record<string, number>>): void {
    this.#metrics.add(region, { FunctionName: name }, values);
  }

  #getPool({ configuration, version }: ResolvedFunction): WorkerPool {
    const key = `${configuration.arn}:${version}`;
    let pool = this.#pools.get(key);
    if (!pool) {
      pool = new WorkerPool(() => this.#startWorker(configuration, version), configuration.reservedConcurrency);
      this.#pools.set(key, pool);
    }
    return pool;
  }

  #startWorker(configuration: FunctionConfiguration, version: string): WorkerProcess {
    const { clock } = this.#context;
    return new WorkerProcess({
      configuration,
      version,
      credentials: this.#context.credentialsFor(configuration.roleArn, configuration.name),
      endpointUrl: this.#context.endpointUrl(),
      clockOffsetMilliseconds: clock.offset(),
      logStream: buildLogStream(clock.now(), version),
    });
  }

  async #runIn(worker: WorkerProcess, request: InvocationRequest): Promise<InvocationResult> {
    const { resolved, requestId } = request;
    const { configuration, version } = resolved;
    const { clock, trace } = this.#context;
    trace.record({
      service: 'lambda',
      name: 'invocation-started',
      subject: configuration.name,
      details: { requestId },
    });
    const startedAt = performance.now();
    const outcome = limitResponse(
      await worker.invoke({
        requestId,
        functionArn: resolved.invokedArn,
        payload: request.payload,
        deadline: clock.now() + configuration.timeoutSeconds * 1000,
        clockOffsetMilliseconds: clock.offset(),
        traceId: buildTraceId(clock.now()),
        clientContext: request.clientContext,
      }),
    );
    const elapsedMilliseconds = performance.now() - startedAt;
    const initialisationMilliseconds = worker.takeInitialisationMilliseconds();
    const durationMilliseconds = elapsedMilliseconds - (initialisationMilliseconds ?? 0);
    const log =
      buildStartLine(configuration, requestId, version) +
      worker.takeLog() +
      buildReportLines(configuration, requestId, {
        durationMilliseconds,
        ...(initialisationMilliseconds !== undefined && { initialisationMilliseconds }),
        ...(outcome.kind === 'result' && { maximumMemoryKilobytes: outcome.maximumMemoryKilobytes }),
      });
    this.#measure(configuration, {
      Invocations: 1,
      Errors: outcome.kind === 'error' ? 1 : 0,
      Throttles: 0,
      Duration: durationMilliseconds,
    });
    this.#logs.write(configuration, worker.logStream, log);
    if (worker.hasExited) this.#logs.forget(configuration, worker.logStream);
    trace.record({
      service: 'lambda',
      name: outcome.kind === 'result' ? 'invocation-ended' : 'invocation-failed',
      subject: configuration.name,
      details: {
        requestId,
        durationMilliseconds: round(durationMilliseconds),
        ...(initialisationMilliseconds !== undefined && {
          initialisationMilliseconds: round(initialisationMilliseconds),
        }),
        ...(outcome.kind === 'error' && {
          errorType: outcome.error.errorType,
          errorMessage: outcome.error.errorMessage,
        }),
      },
    });
    return {
      payload: outcome.kind === 'result' ? outcome.payload : JSON.stringify(outcome.error),
      isError: outcome.kind === 'error',
      version,
      log,
    };
  }
}

function limitResponse(outcome: WorkerOutcome): WorkerOutcome {
  if (outcome.kind !== 'result' || outcome.payload.length * 3 <= MAXIMUM_RESPONSE_BYTES) return outcome;
  if (Buffer.byteLength(outcome.payload) <= MAXIMUM_RESPONSE_BYTES) return outcome;
  return { kind: 'error', error: buildResponseTooLargeError(MAXIMUM_RESPONSE_BYTES) };
}

/** An X-Ray trace header: https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader */
function buildTraceId(now: number): string {
  const bytes = randomBytes(20).toString('hex');
  return `Root=1-${Math.floor(now / 1000).toString(16)}-${bytes.slice(0, 24)};Parent=${bytes.slice(24)};Sampled=0`;
}

function round(milliseconds: number): number {
  return Math.round(milliseconds * 100) / 100;
}

// How far a rollout is: asks Argo CD, Kubernetes and Flagger, and judges what they say; who cannot be asked for a while is asked again.
import type * as z from 'zod/mini';
import type { Configuration } from '../../config/schema.ts';
import type { LeaseGrant } from '../../contracts/workflows/promotion.ts';
import type { RolloutTarget, readRolloutTask } from '../../contracts/workflows/rollout.ts';
import { AppError } from '../app-error.ts';
import { getEnvironment } from '../configuration/get-configured.ts';
import { describeHolds } from '../gates/find-holds.ts';
import type { GateVerdict } from '../gates/gate.ts';
import { type ApplicationObservation, decideRollout, type RolloutDecision } from './decide-rollout.ts';
import { getStrategy } from './strategies/find-strategy.ts';
import type { CanaryObservation, WorkloadObservation } from './strategies/strategy.ts';

type Asked = z.infer<typeof readRolloutTask.input>;
type Observed = z.infer<typeof readRolloutTask.output>;

/** One environment's cluster. Each method throws AppError when the cluster cannot be asked. */
export interface RolloutCluster {
  readApplication(): Promise<ApplicationObservation>;
  /** Has Argo CD look at Git now. */
  requestRefresh(): Promise<void>;
  /** @throws AppError `NotFoundError` when there is no such Deployment. */
  readWorkload(target: RolloutTarget, image: string): Promise<WorkloadObservation>;
  readCanary(service: string): Promise<Omit<CanaryObservation, 'haltedBecause'>>;
}

export interface ObservationPorts {
  readonly leases: { holds(environment: string, holder: string, leases: readonly LeaseGrant[]): Promise<boolean> };
  readonly signals: { findSignal(environment: string): Promise<string> };
  readonly halts: { find(environment: string, service: string, since: string): Promise<string | undefined> };
  readonly clusterOf: (environment: string) => RolloutCluster;
  /** Whether a commit of the GitOps repository has another one in it. */
  contains(candidate: string, revision: string): Promise<boolean>;
  /** The environment's gates that are closed for the service by now, or cannot tell. */
  readHolds(asked: {
    readonly environment: string;
    readonly service: string;
    readonly now: string;
  }): Promise<readonly GateVerdict[]>;
}

/** So long a rollback waits for Argo CD to take up its commit; then it goes past it, where that is allowed. */
const syncPatienceSeconds = 60;
/** While nobody answers it is asked again so often. */
const outagePollSeconds = 10;

/**
 * Hurries Argo CD along while it does not have the commit. A cluster or a GitHub that does not answer says nothing about the
 * version: until the rollout's time is over it is asked again, then what it threw is thrown.
 * @throws AppError `LeaseLostError` when another execution took over: who lost the lease watches no more.
 */
export async function observeRollout(
  configuration: Configuration,
  ports: ObservationPorts,
  asked: Asked,
): Promise<Observed> {
  const { promotion, leases, committedAt, observedAt } = asked;
  if (!(await ports.leases.holds(promotion.environment, promotion.executionArn, leases))) {
    throw new AppError(
      'LeaseLostError',
      `${promotion.environment} is being changed by another execution: this one has ended`,
    );
  }
  // Before anything is read: what is heard from now on is news to whoever waits.
  const signal = await ports.signals.findSignal(promotion.environment);
  const elapsedSeconds = (Date.parse(observedAt) - Date.parse(committedAt)) / 1000;
  try {
    const { status, words, error, pollSeconds } = await look(configuration, ports, asked, elapsedSeconds);
    return { status, words, error, pollSeconds, signal };
  } catch (error) {
    const isOver = elapsedSeconds >= promotion.rolloutTimeoutSeconds;
    if (!(error instanceof AppError) || !error.retryable || isOver) throw error;
    const words = `how far it is cannot be asked now: ${error.message}`;
    return { status: 'progressing', words, error: 'RolloutFailed', pollSeconds: outagePollSeconds, signal };
  }
}

async function look(
  configuration: Configuration,
  ports: ObservationPorts,
  { promotion, services, targets, revision, committedAt, observedAt, isPinned = false, nextPhase }: Asked,
  elapsedSeconds: number,
): Promise<Omit<Observed, 'signal'>> {
  const { environment, rolloutTimeoutSeconds: timeoutSeconds } = promotion;
  const target = getEnvironment(configuration, environment);
  const cluster = ports.clusterOf(environment);
  const application = await cluster.readApplication();
  // What is pinned past Git is judged by what runs: Argo CD may have no revision to tell, or not be there.
  const hasOurRevision = isPinned || (await containsOurs(application.syncRevision));
  if (!hasOurRevision) await cluster.requestRefresh();
  const images = new Map(services.map(({ name, image }) => [name, image]));
  const decision = decideRollout(getStrategy(target), {
    application,
    workloads: await Promise.all((hasOurRevision ? targets : []).map(observe)),
    digests: Object.fromEntries(services.map(({ name, digest = 'none' }) => [name, digest])),
    hasOurRevision,
    operationHasOurRevision: !isPinned && (await containsOurs(application.operationRevision)),
    isPinned,
    change: { change: promotion.change ?? 'promotion', committedAt },
    elapsedSeconds,
    timeoutSeconds,
  });
  const mayGoPastIt = promotion.change === 'rollback' && target.automaticRollback.breakGlass;
  if (hasOurRevision || !mayGoPastIt || elapsedSeconds < syncPatienceSeconds) return await hold(nameFailure(decision));
  const words = `Argo CD has not taken up ${revision.slice(0, 7)} within ${syncPatienceSeconds} s: ${decision.words}`;
  return { ...decision, status: 'failed', words, error: 'ArgoCdDidNotSync' };

  /** A phase is done when the next one may begin: what has happened meanwhile holds a version before it reaches users. */
  async function hold(decision: Omit<Observed, 'signal'>): Promise<Omit<Observed, 'signal'>> {
    if (decision.status !== 'healthy' || nextPhase === undefined || promotion.change === 'rollback') return decision;
    const ask = async ({ name }: { readonly name: string }) =>
      await ports.readHolds({ environment, service: name, now: observedAt });
    const holds = (await Promise.all(services.map(ask))).flat();
    if (holds.length === 0) return decision;
    const words = `${decision.words}; held before ${nextPhase}: ${describeHolds(holds)}`;
    return {
      ...decision,
      words,
      error: 'GatesClosed',
      status: elapsedSeconds < timeoutSeconds ? 'progressing' : 'failed',
    };
  }

  async function observe(at: RolloutTarget): Promise<WorkloadObservation> {
    const isCanary = target.strategy === 'canary' && !isPinned;
    const workload = await cluster.readWorkload(at, images.get(at.service) ?? '').catch((error: unknown) => {
      // The first version under a canary: Flagger has not made the primary yet.
      if (isCanary && error instanceof AppError && error.name === 'NotFoundError') return notThereYet(at.service);
      throw error;
    });
    if (!isCanary) return workload;
    const haltedBecause = await ports.halts.find(environment, at.service, committedAt);
    return { ...workload, canary: { ...(await cluster.readCanary(at.service)), haltedBecause } };
  }

  /** Other promotions commit to the same branch: a later revision has ours in it. */
  async function containsOurs(candidate: string | undefined): Promise<boolean> {
    if (candidate === undefined || candidate === revision) return candidate === revision;
    return await ports.contains(candidate, revision);
  }
}

function nameFailure({ hadNoData, isHeld, ...decision }: RolloutDecision): Omit<Observed, 'signal'> {
  const error = hadNoData === true ? 'CanaryHadNoData' : isHeld === true ? 'CanaryHeld' : 'RolloutFailed';
  return { ...decision, error };
}

function notThereYet(service: string): WorkloadObservation {
  return {
    service,
    image: undefined,
    desiredReplicas: 1,
    updatedReplicas: 0,
    availableReplicas: 0,
    totalReplicas: 0,
    isObserved: false,
    stalledBecause: undefined,
    podProblems: [],
  };
}

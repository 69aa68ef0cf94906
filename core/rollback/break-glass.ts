// The way past Git: pins the earlier version through Argo CD and Kubernetes, and remembers that Git is still to be told.
import type { Configuration } from '../../config/schema.ts';
import type { BreakGlassRecord } from '../../contracts/ledger/break-glass.ts';
import { ledgerKey, ledgerKind } from '../../contracts/ledger.ts';
import type { LeaseGrant, Promotion, ResolvedService } from '../../contracts/workflows/promotion.ts';
import type { RolloutTarget } from '../../contracts/workflows/rollout.ts';
import { AppError } from '../app-error.ts';
import { getEnvironment, getService } from '../configuration/get-configured.ts';
import { type LeaseCheck, listRollouts, type RolloutLedger, refuseQuarantined } from '../promotion/commit-promotion.ts';
import { colours, nameOfColour } from '../promotion/strategies/blue-green-strategy.ts';
import { nameOfPrimary } from '../promotion/strategies/canary-strategy.ts';

/** An image that shall run, and the Deployment that runs it. */
export interface Pin {
  readonly namespace: string;
  readonly deployment: string;
  /** How the overlay names the image: itself, or what stands for it there. */
  readonly entry: string;
  readonly image: string;
  readonly digest: string;
}

/** One environment's cluster. */
export interface BreakGlassCluster {
  /**
   * Has the Application override the images that Git names, so that neither auto-sync nor self-heal brings back what Git says;
   * returns the revision that it stands at.
   */
  overrideImages(pins: readonly Pin[]): Promise<string>;
  /** Takes just these overrides away, each only while it says this digest. */
  removeOverrides(pins: readonly Pin[]): Promise<void>;
  /** Sets the image in the Deployment itself, for Argo CD may be unable to render what it overrides. */
  setImage(pin: Pin): Promise<void>;
}

export interface BreakGlassLedger {
  /** The newest pin of a service stays. */
  putBreakGlass(record: BreakGlassRecord): Promise<void>;
}

export interface BreakGlassPorts {
  readonly clusterOf: (environment: string) => BreakGlassCluster;
  readonly leases: LeaseCheck;
  readonly rollouts: RolloutLedger;
  readonly ledger: BreakGlassLedger;
}

/**
 * Recorded before it is done: a pin that nobody remembers would hide from then on what Git says.
 * @throws AppError `ForbiddenError` where it is switched off or a digest is quarantined; `LeaseLostError`; whatever the cluster throws.
 */
export async function breakGlass(
  configuration: Configuration,
  ports: BreakGlassPorts,
  promotion: Promotion,
  services: readonly ResolvedService[],
  grants: readonly LeaseGrant[],
  { openedAt, isGitAway }: { readonly openedAt: string; readonly isGitAway: boolean },
): Promise<{ revision: string; targets: RolloutTarget[]; words: string }> {
  const { environment } = promotion;
  const because = isGitAway ? 'Git cannot be reached' : 'Argo CD does not sync';
  if (!getEnvironment(configuration, environment).automaticRollback.breakGlass) {
    throw new AppError('ForbiddenError', `${because}, and breakGlass is switched off in ${environment}`);
  }
  await refuseQuarantined(ports.rollouts, services);
  if (!(await ports.leases.holds(environment, promotion.executionArn, grants))) {
    throw new AppError(
      'LeaseLostError',
      `the lease in ${environment} was taken over by another execution: nothing was pinned`,
    );
  }
  for (const service of services) {
    await ports.ledger.putBreakGlass({
      ...ledgerKey.breakGlass(environment, service.name),
      kind: ledgerKind.breakGlass,
      sortKey: `${environment}#${service.name}`,
      environment,
      promotion,
      service,
      status: 'open',
      openedAt,
    });
  }
  for (const rollout of listRollouts(promotion, services, grants, openedAt))
    await ports.rollouts.recordRollout(rollout);
  const cluster = ports.clusterOf(environment);
  const pins = services.flatMap((service) => listPins(configuration, environment, service));
  const revision = await cluster.overrideImages(pins);
  for (const pin of pins) await cluster.setImage(pin);
  const what = services.map(({ name, version }) => `${name} ${version}`).join(', ');
  const tail = isGitAway ? 'through Argo CD, until Git is told' : 'as Git says it, until Argo CD syncs again';
  return {
    revision,
    targets: services.flatMap((service) => listPinnedTargets(configuration, environment, service)),
    words: `${because}: ${what} pinned in ${environment} ${tail}`,
  };
}

/**
 * Where a service's image stands: with two colours in both, for which one is live only Git says. Under a canary the primary
 * comes first: it has the users, and Flagger would take minutes to bring the version there.
 * @throws AppError `InvalidInputError` for a service without a digest.
 */
export function listPins(
  configuration: Configuration,
  environment: string,
  { name, image, digest }: ResolvedService,
): Pin[] {
  if (digest === undefined) throw new AppError('InvalidInputError', `${name} has no digest: it cannot be pinned`);
  const target = getEnvironment(configuration, environment);
  const namespace = getService(configuration, name).namespace?.[environment] ?? target.namespace;
  const deployment = deploymentOf(configuration, name);
  if (target.strategy === 'rolling') return [{ namespace, deployment, entry: image, image, digest }];
  if (target.strategy === 'canary') {
    return [nameOfPrimary(deployment), deployment].map((each) => ({
      namespace,
      deployment: each,
      entry: image,
      image,
      digest,
    }));
  }
  return colours.map((colour) => {
    const named = nameOfColour(deployment, colour);
    return { namespace, deployment: named, entry: named, image, digest };
  });
}

/** Where it shows that the version runs; what Flagger does with the canary beside its primary does not matter. */
function listPinnedTargets(
  configuration: Configuration,
  environment: string,
  service: ResolvedService,
): RolloutTarget[] {
  const address = deploymentOf(configuration, service.name);
  const pins = listPins(configuration, environment, service);
  const isCanary = getEnvironment(configuration, environment).strategy === 'canary';
  return pins
    .filter(({ deployment }) => !isCanary || deployment === nameOfPrimary(address))
    .map(({ deployment }) => ({ service: service.name, deployment, address }));
}

/** Name of a service's Deployment in the base. */
export function deploymentOf(configuration: Configuration, service: string): string {
  return getService(configuration, service).deployment ?? service;
}

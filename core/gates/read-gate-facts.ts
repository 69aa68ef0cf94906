// Gathers what the gates look at. What cannot be read becomes "cannot tell", never an answer.
import type { Configuration } from '../../config/schema.ts';
import type { DeploymentRecord } from '../../contracts/ledger/deployments.ts';
import type { BuildResult, ResolvedService } from '../../contracts/workflows/promotion.ts';
import { getEnvironment } from '../configuration/get-configured.ts';
import type { Wish } from '../promotion/decide-newest.ts';
import type { ImageRegistry } from '../promotion/resolve-images.ts';
import { findEarlierRuns } from './find-earlier-runs.ts';
import { findPreviousEnvironment } from './find-previous-environment.ts';
import type { Attestation, EarlierRun, Fact, FiringAlert, ForwardMove, GateFacts, OpenIncident } from './gate-facts.ts';
import { type FreezeSources, listFreezes } from './list-freezes.ts';
import type { OverrideInForce } from './override.ts';
import { type RestoreProofs, readDatabaseChanges } from './restore-proven.ts';

/** What the ledger says. Quarantines and wishes must be known: reading them throws when it fails. */
export interface GateLedger {
  findQuarantine(service: string, digest: string): Promise<string | undefined>;
  findWish(environment: string, service: string): Promise<Wish | undefined>;
  /** Newest first. */
  listDeployments(environment: string, service: string): Promise<readonly DeploymentRecord[]>;
  listIncidents(): Promise<readonly OpenIncident[]>;
  listAlerts(environment: string): Promise<readonly FiringAlert[]>;
  listFreezeSources(): Promise<Omit<FreezeSources, 'incidents'>>;
  /** Executions other than `holder` that hold a lease there. */
  countOtherHolders(environment: string, holder: string, now: string): Promise<number>;
  listOverrides(environment: string, now: string): Promise<readonly OverrideInForce[]>;
}

/** Answers for one digest; absent ports are not asked. */
export type Attester = (service: ResolvedService, environment: string) => Promise<Attestation>;

export interface GatePorts {
  readonly ledger: GateLedger;
  readonly registry: ImageRegistry;
  readonly attesters: {
    readonly signatures?: Attester | undefined;
    readonly securityEvidence?: Attester | undefined;
    readonly migrations?: Attester | undefined;
  };
  /** Where nobody provides it, the gate `restore-proven` is not asked. */
  readonly restoreProofs?: RestoreProofs | undefined;
}

/** What may have happened at any moment, also while a version is on its way. */
export async function readHappenings(
  configuration: Configuration,
  ledger: Pick<GateLedger, 'listIncidents' | 'listAlerts' | 'listFreezeSources'>,
  environment: string,
): Promise<Pick<GateFacts, 'incidents' | 'alerts' | 'freezes'>> {
  const incidents = await tell(() => ledger.listIncidents());
  const [alerts, freezes] = await Promise.all([
    tell(() => ledger.listAlerts(environment)),
    tell(async () => {
      if ('unknown' in incidents) throw new Error(incidents.unknown);
      return listFreezes(configuration, { ...(await ledger.listFreezeSources()), incidents: incidents.known });
    }),
  ]);
  return { incidents, alerts, freezes };
}

export async function readGateFacts(
  configuration: Configuration,
  { ledger, registry, attesters, restoreProofs }: GatePorts,
  asked: {
    readonly promotion: ForwardMove;
    readonly services: readonly ResolvedService[];
    readonly build: BuildResult | undefined;
    readonly now: string;
  },
): Promise<GateFacts> {
  const { promotion, services, now } = asked;
  const { environment } = promotion;
  const previous = findPreviousEnvironment(configuration, environment);
  const [happenings, earlierRuns, otherRollouts] = await Promise.all([
    readHappenings(configuration, ledger, environment),
    tell(readEarlierRuns),
    tell(() => ledger.countOtherHolders(environment, promotion.executionArn, now)),
  ]);
  return {
    ...asked,
    target: getEnvironment(configuration, environment),
    quarantines: await collect(async ({ name, digest }) =>
      digest === undefined ? undefined : await ledger.findQuarantine(name, digest),
    ),
    newestWishes: await collect(async ({ name }) => await ledger.findWish(environment, name)),
    previous,
    earlierRuns,
    ...happenings,
    otherRollouts,
    images: await collect(async ({ image, digest }) =>
      digest === undefined
        ? undefined
        : await tell(async () => (await registry.findDigest(image, digest)) !== undefined),
    ),
    signatures: await attest(attesters.signatures),
    securityEvidence: await attest(attesters.securityEvidence),
    migrations: await attest(attesters.migrations),
    databaseChanges:
      restoreProofs && (await tell(() => readDatabaseChanges(configuration, restoreProofs, environment, services))),
  };

  async function readEarlierRuns(): Promise<Record<string, EarlierRun[]>> {
    if (previous === undefined) return {};
    return await collect(async ({ name, digest }) =>
      digest === undefined ? [] : findEarlierRuns(await ledger.listDeployments(previous, name), digest),
    );
  }

  async function attest(attester: Attester | undefined): Promise<Record<string, Fact<Attestation>> | undefined> {
    if (attester === undefined) return undefined;
    return await collect(async (service) =>
      service.digest === undefined ? undefined : await tell(() => attester(service, environment)),
    );
  }

  /** By service, without those of which there is nothing to say. */
  async function collect<T extends {}>(
    read: (service: ResolvedService) => Promise<T | undefined>,
  ): Promise<Record<string, T>> {
    const found: Record<string, T> = {};
    await Promise.all(
      services.map(async (service) => {
        const value = await read(service);
        if (value !== undefined) found[service.name] = value;
      }),
    );
    return found;
  }
}

/** The reason why something is not known is for people, and comes from our own adapters. */
async function tell<T>(read: () => Promise<T>): Promise<Fact<T>> {
  try {
    return { known: await read() };
  } catch (error) {
    return { unknown: error instanceof Error ? error.message.slice(0, 200) : String(error) };
  }
}

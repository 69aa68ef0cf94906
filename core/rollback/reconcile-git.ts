// After break-glass: writes what was pinned past Git into Git, and takes the override away.
import type { Configuration } from '../../config/schema.ts';
import type { BreakGlassRecord } from '../../contracts/ledger/break-glass.ts';
import type { RolloutRecord } from '../../contracts/ledger/deployments.ts';
import type { LeaseGrant, Promotion, ResolvedService } from '../../contracts/workflows/promotion.ts';
import { AppError } from '../app-error.ts';
import { getEnvironment } from '../configuration/get-configured.ts';
import type { LeaseStore } from '../promotion/acquire-leases.ts';
import type { GitOpsRepository } from '../promotion/commit-promotion.ts';
import { readDigests } from '../promotion/edit-kustomization.ts';
import { type BreakGlassCluster, listPins } from './break-glass.ts';

export interface ChangeToCommit {
  readonly promotion: Promotion;
  readonly services: readonly ResolvedService[];
  readonly leases: readonly LeaseGrant[];
  readonly committedAt: string;
}

export interface ReconcilePorts {
  readonly repository: Pick<GitOpsRepository, 'read'>;
  /** Brings the change into Git, all phases of it, fenced by the leases; returns the last commit. */
  commit(change: ChangeToCommit): Promise<string>;
  readonly clusterOf: (environment: string) => BreakGlassCluster;
  readonly leases: Pick<LeaseStore, 'take' | 'release'>;
  readonly ledger: {
    findBreakGlass(environment: string, service: string): Promise<BreakGlassRecord | undefined>;
    findRollout(environment: string, service: string): Promise<RolloutRecord | undefined>;
    /** Closes the record, unless another rollback has pinned anew. */
    reconciled(record: BreakGlassRecord, at: string, revision: string): Promise<void>;
  };
}

export interface Reconciliation {
  readonly outcome: 'reconciled' | 'waiting';
  readonly words: string;
  readonly revision?: string;
}

/** One attempt for each service; it is over when every one stands in Git. */
export async function reconcileAll(
  configuration: Configuration,
  ports: ReconcilePorts,
  {
    services,
    ...asked
  }: { readonly rollbackId: string; readonly environment: string; readonly services: readonly string[] },
  holder: string,
  now: string,
): Promise<Reconciliation> {
  const attempts: Reconciliation[] = [];
  for (const service of services) {
    attempts.push(await reconcileGit(configuration, ports, { ...asked, service }, holder, now));
  }
  const open = attempts.filter(({ outcome }) => outcome === 'waiting');
  const revision = attempts.findLast((attempt) => attempt.revision !== undefined)?.revision;
  return {
    outcome: open.length > 0 ? 'waiting' : 'reconciled',
    words: (open.length > 0 ? open : attempts).map(({ words }) => words).join('; '),
    ...(revision === undefined ? {} : { revision }),
  };
}

/** Longer than one attempt takes. */
const leaseSeconds = 120;

/**
 * One attempt for one service. What was changed in Git on purpose after the pin is not taken back: only the override goes then.
 * Git first, the override after it: at no moment does the bad version win.
 */
export async function reconcileGit(
  configuration: Configuration,
  ports: ReconcilePorts,
  asked: { readonly rollbackId: string; readonly environment: string; readonly service: string },
  holder: string,
  now: string,
): Promise<Reconciliation> {
  const { environment, service: name, rollbackId } = asked;
  const record = await ports.ledger.findBreakGlass(environment, name);
  if (record?.status !== 'open' || record.promotion.promotionId !== rollbackId) {
    return { outcome: 'reconciled', words: `${name} is not pinned past Git by this rollback any more` };
  }
  const lease = await ports.leases.take(environment, name, holder, {
    promotionId: rollbackId,
    durationSeconds: leaseSeconds,
  });
  if ('holder' in lease) return { outcome: 'waiting', words: `${name} is being changed by ${lease.holder}` };
  try {
    const revision = await writeToGit(record, [{ service: name, ...lease }]);
    await ports.clusterOf(environment).removeOverrides(listPins(configuration, environment, record.service));
    await ports.ledger.reconciled(record, now, revision);
    return { outcome: 'reconciled', words: `${name} ${record.service.version} stands in Git`, revision };
  } catch (error) {
    if (!(error instanceof AppError) || !error.retryable) throw error;
    return { outcome: 'waiting', words: `${name}: ${error.message}` };
  } finally {
    await ports.leases.release(environment, name, holder, lease.fencingToken);
  }

  async function writeToGit(
    { promotion, service, openedAt }: BreakGlassRecord,
    leases: readonly LeaseGrant[],
  ): Promise<string> {
    const file = `${getEnvironment(configuration, environment).overlayPath}/kustomization.yaml`;
    const { revision, content } = await ports.repository.read(file);
    const rollout = await ports.ledger.findRollout(environment, name);
    const isOvertaken =
      rollout !== undefined &&
      rollout.promotionId !== rollbackId &&
      rollout.committedAt > openedAt &&
      listPins(configuration, environment, service).some(({ entry }) => readDigests(content)[entry] === rollout.digest);
    if (isOvertaken) return revision;
    const own = { ...promotion, executionArn: holder };
    return await ports.commit({ promotion: own, services: [service], leases, committedAt: now });
  }
}

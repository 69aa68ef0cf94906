// A break-glass world for tests: leases and records on the local DynamoDB, a Git that can be away, a cluster that notes what is asked of it.
import type { Configuration } from '../../../config/schema.ts';
import { breakGlassRecord } from '../../../contracts/ledger/break-glass.ts';
import { ledgerKey } from '../../../contracts/ledger.ts';
import type { LeaseGrant } from '../../../contracts/workflows/promotion.ts';
import { AppError } from '../../../core/app-error.ts';
import { getEnvironment } from '../../../core/configuration/get-configured.ts';
import { commitPromotion, type GitOpsRepository } from '../../../core/promotion/commit-promotion.ts';
import { getStrategy } from '../../../core/promotion/strategies/find-strategy.ts';
import { breakGlass, type Pin } from '../../../core/rollback/break-glass.ts';
import { type ChangeToCommit, reconcileGit } from '../../../core/rollback/reconcile-git.ts';
import { createDynamoBreakGlassLedger } from '../../../lambdas/adapters/dynamo-break-glass.ts';
import { createDynamoLeaseCheck, createDynamoLeaseStore } from '../../../lambdas/adapters/dynamo-lease-store.ts';
import { createDynamoRolloutLedger } from '../../../lambdas/adapters/dynamo-rollout-ledger.ts';
import { openLedger, type TestLedger } from '../../lambdas/adapters/open-ledger.ts';
import { configuration } from '../gates/gate-facts-builder.ts';
import { buildPromotion, buildService } from '../promotion/promotion-builder.ts';

export const service = buildService();
export const openedAt = '2026-11-23T20:00:00.000Z';
export const later = '2026-11-23T20:10:00.000Z';

export type BreakGlassWorld = Awaited<ReturnType<typeof openBreakGlassWorld>>;

/** Rollback `r` of api-gateway, held by `arn:r`, where the overlay says `content`. */
export async function openBreakGlassWorld(environment: string, content: string) {
  const test: TestLedger = await openLedger();
  /** What was asked of the cluster, in words. */
  const done: string[] = [];
  const git = { content, isAway: false };
  const promotion = buildPromotion({ promotionId: 'r', executionArn: 'arn:r', change: 'rollback', environment });
  const strategy = getStrategy(getEnvironment(configuration, environment));
  const leases = {
    ...createDynamoLeaseStore(test.ledger, test.clock),
    ...createDynamoLeaseCheck(test.ledger, test.clock),
  };
  const cluster = {
    async overrideImages(pins: readonly Pin[]) {
      done.push(`override ${[...new Set(pins.map(({ entry, digest }) => `${entry}@${digest}`))].join()}`);
      return 'stands-at';
    },
    removeOverrides: async (pins: readonly Pin[]) =>
      void done.push(
        `remove ${[...new Set(pins.map(({ entry }) => entry))].join()} while Git says ${git.content.includes(pins[0]?.digest ?? '')}`,
      ),
    setImage: async ({ namespace, deployment }: Pin) => void done.push(`set ${namespace}/${deployment}`),
  };
  const ask = <T>(answer: () => T): Promise<T> =>
    git.isAway ? Promise.reject(new AppError('UpstreamUnavailableError', 'away')) : Promise.resolve(answer());
  const loose = new Map<string, string>();
  const repository: GitOpsRepository = {
    read: () => ask(() => ({ revision: 'tip', content: git.content })),
    listRecentCommits: () => ask(() => []),
    createCommit: (_parent, _file, edited) =>
      ask(() => {
        loose.set('c1', edited);
        return 'c1';
      }),
    advance: (revision) =>
      ask(() => {
        git.content = loose.get(revision) ?? '';
        return 'advanced' as const;
      }),
    urlOf: (revision) => revision,
  };
  const rollouts = createDynamoRolloutLedger(test.ledger);
  const clock = { now: () => test.clock.now(), sleep: async () => undefined };
  const ports = {
    leases,
    repository,
    async commit(change: ChangeToCommit) {
      let revision = '';
      for (const phase of strategy.phases) {
        const asked = { ...change, file: 'k.yaml', strategy, phase, deploymentOf: (name: string) => name };
        ({ revision } = await commitPromotion({ repository, leases, rollouts, clock }, asked));
      }
      return revision;
    },
    clusterOf: () => cluster,
    rollouts,
    ledger: createDynamoBreakGlassLedger(test.ledger),
  };

  async function take(holder = 'arn:r'): Promise<LeaseGrant> {
    const answer = await leases.take(environment, service.name, holder, { promotionId: 'r', durationSeconds: 900 });
    if ('holder' in answer) throw new Error('busy');
    return { service: service.name, ...answer };
  }

  return {
    test,
    environment,
    done,
    git,
    ports,
    take,
    pin: async (grants: readonly LeaseGrant[], config: Configuration = configuration, isGitAway = true) =>
      await breakGlass(config, ports, promotion, [service], grants, { openedAt, isGitAway }),
    reconcile: async (holder = 'arn:reconciler') =>
      await reconcileGit(configuration, ports, { rollbackId: 'r', environment, service: service.name }, holder, later),
    findRecord: async () => await test.ledger.find(breakGlassRecord, ledgerKey.breakGlass(environment, service.name)),
    stop: async () => await test.stop(),
  };
}

// Brings a promotion into the GitOps repository: exactly one commit, whatever the network does on the way.

import type { RolloutRecord } from '../../contracts/ledger/deployments.ts';
import { ledgerKey } from '../../contracts/ledger.ts';
import type { LeaseGrant, Promotion, ResolvedService } from '../../contracts/workflows/promotion.ts';
import type { PhaseName, RolloutTarget } from '../../contracts/workflows/rollout.ts';
import { AppError } from '../app-error.ts';
import type { Clock } from '../clock.ts';
import { buildCommitMessage, isCommitOf } from './build-commit-message.ts';
import { type ChangePlan, planChange } from './plan-change.ts';
import type { ServiceImage, Strategy } from './strategies/strategy.ts';

/** The branch's tip and one file in it. */
export interface GitOpsSnapshot {
  /** Commit that the branch points to. */
  readonly revision: string;
  /** Content of the file in that commit. */
  readonly content: string;
}

/** The GitOps repository's branch, by Git's own objects. */
export interface GitOpsRepository {
  read(file: string): Promise<GitOpsSnapshot>;
  /** Commits on the branch, newest first, those that change nothing too: as many as may have come while we were at work. */
  listRecentCommits(): Promise<readonly { readonly revision: string; readonly message: string }[]>;
  /** Creates a commit on top of `parent` that nothing points to yet. */
  createCommit(parent: string, file: string, content: string, message: string): Promise<string>;
  /** Moves the branch forward without force. `moved`: somebody else was faster. Throws when the outcome is unknown. */
  advance(revision: string): Promise<'advanced' | 'moved'>;
  /** Where a person sees a commit. */
  urlOf(revision: string): string;
}

/** The fence: asked immediately before the branch is moved. */
export interface LeaseCheck {
  /** Whether `holder` still holds the lease of each service under its token. */
  holds(environment: string, holder: string, leases: readonly LeaseGrant[]): Promise<boolean>;
}

/** What the ledger says and is told at the moment of writing. */
export interface RolloutLedger {
  /** Why the service must not run this digest; undefined when it may. */
  findQuarantine(service: string, digest: string): Promise<string | undefined>;
  /** Remembers what is being changed, before it is, unless a later holder of the lease has written. */
  recordRollout(rollout: RolloutRecord): Promise<void>;
}

/** What is committed: which change, for which services, by whose leases, in which phase of which strategy. */
export interface PhaseToCommit {
  /** Path of the overlay's kustomization. */
  readonly file: string;
  readonly strategy: Strategy;
  /** The strategy's first one when left out. */
  readonly phase?: PhaseName | undefined;
  readonly promotion: Promotion;
  readonly services: readonly ResolvedService[];
  readonly leases: readonly LeaseGrant[];
  readonly committedAt: string;
  /** What people agreed to: nothing is written when the overlay has moved since. */
  readonly expectedPlanHash?: string | undefined;
  /** Name of a service's Deployment in the base. */
  deploymentOf(service: string): string;
}

export interface CommitOutcome {
  readonly outcome: 'committed' | 'unchanged';
  readonly revision: string;
  readonly url: string;
  readonly phase: PhaseName;
  readonly nextPhase: PhaseName | null;
  readonly targets: RolloutTarget[];
  /** The overlay as it stands now. */
  readonly overlay: string;
}

const maximumAttempts = 6;

/**
 * Writes one phase of a change into the overlay. Run again after any interruption it finds its own commit by the trailers.
 * A quarantined digest is never written, whatever gates were asked before.
 * @throws AppError `LeaseLostError` when another execution took over; `ForbiddenError` when a digest is quarantined; `ConflictError` when the plan moved; `UpstreamUnavailableError` when the branch keeps moving;
 * whatever the repository throws.
 */
export async function commitPromotion(
  ports: {
    readonly repository: GitOpsRepository;
    readonly leases: LeaseCheck;
    readonly rollouts: RolloutLedger;
    readonly clock: Clock;
  },
  { file, strategy, promotion, services, leases: grants, committedAt, deploymentOf, ...asked }: PhaseToCommit,
): Promise<CommitOutcome> {
  const { repository, leases, rollouts, clock } = ports;
  const phase = asked.phase ?? strategy.phases[0];
  const images = services.map(({ image, digest, version, name }): ServiceImage => {
    if (digest === undefined) throw new AppError('InvalidInputError', `${name} has no digest: it cannot be committed`);
    return { service: name, deployment: deploymentOf(name), image, digest, tag: version };
  });
  for (let attempt = 1; attempt <= maximumAttempts; attempt += 1) {
    const landed = (await repository.listRecentCommits()).find(({ message }) =>
      isCommitOf(message, promotion.promotionId, phase),
    );
    const { revision, content } = await repository.read(file);
    if (landed !== undefined) return outcomeOf('committed', landed.revision, content);
    await refuseQuarantined(rollouts, services);
    const { expectedPlanHash } = asked;
    if (expectedPlanHash !== undefined && phase === strategy.phases[0]) {
      refuseMovedPlan(planChange({ strategy, deploymentOf, file, content }, promotion, services), expectedPlanHash);
    }
    const edited = strategy.write(phase, content, images, promotion.change ?? 'promotion');
    if (edited === content && !mustMoveBranch(promotion, grants)) return outcomeOf('unchanged', revision, content);
    const message = buildCommitMessage(promotion, services, phase);
    const commit = await repository.createCommit(revision, file, edited, message);
    if (!(await leases.holds(promotion.environment, promotion.executionArn, grants))) {
      throw new AppError(
        'LeaseLostError',
        `the lease in ${promotion.environment} was taken over by another execution: nothing was written`,
      );
    }
    for (const rollout of listRollouts(promotion, services, grants, committedAt)) await rollouts.recordRollout(rollout);
    if ((await repository.advance(commit)) === 'advanced') return outcomeOf('committed', commit, edited);
    await clock.sleep(100 * 2 ** attempt * (0.5 + Math.random() / 2));
  }
  throw new AppError(
    'UpstreamUnavailableError',
    `the branch moved ${maximumAttempts} times while the promotion was being written: it will be tried again`,
  );

  function outcomeOf(outcome: CommitOutcome['outcome'], revision: string, overlay: string): CommitOutcome {
    const nextPhase = strategy.phases[strategy.phases.indexOf(phase) + 1] ?? null;
    const targets = strategy.locate(phase, overlay, images);
    return { outcome, revision, url: repository.urlOf(revision), phase, nextPhase, targets, overlay };
  }
}

/**
 * Whoever held a lease before us and does not know yet that it is lost may be on its way with a commit on the tip that we read.
 * Once the branch has moved, that commit is no fast-forward any more. Decision 0009 has the proof.
 */
function mustMoveBranch({ change }: Promotion, grants: readonly LeaseGrant[]): boolean {
  return change === 'rollback' || grants.some(({ takenOver }) => takenOver === true);
}

/** The last look: Git takes the commit only on top of the very revision that was read for it. */
function refuseMovedPlan({ planHash }: ChangePlan, expected: string): void {
  if (planHash === expected) return;
  throw new AppError(
    'ConflictError',
    `the world moved while it was being written: the plan is ${planHash.slice(0, 12)} now, ${expected.slice(0, 12)} was agreed to; nothing was written, ask again`,
  );
}

/** @throws AppError `ForbiddenError` when one of the digests must not run. */
export async function refuseQuarantined(rollouts: RolloutLedger, services: readonly ResolvedService[]): Promise<void> {
  for (const { name, digest = '', version } of services) {
    const reason = await rollouts.findQuarantine(name, digest);
    if (reason === undefined) continue;
    throw new AppError('ForbiddenError', `${name} ${version} is quarantined (${reason}): nothing was written`);
  }
}

/** What is remembered of a change before it is made. */
export function listRollouts(
  { environment, promotionId, correlationId, change }: Promotion,
  services: readonly ResolvedService[],
  grants: readonly LeaseGrant[],
  committedAt: string,
): RolloutRecord[] {
  return services.flatMap(({ name, version, image, digest, commit }) => {
    const fencingToken = grants.find(({ service }) => service === name)?.fencingToken;
    if (digest === undefined || fencingToken === undefined) return [];
    return {
      ...ledgerKey.rollout(environment, name),
      environment,
      service: name,
      version,
      image,
      digest,
      commit,
      promotionId,
      correlationId,
      ...(change === undefined ? {} : { change }),
      committedAt,
      fencingToken,
    };
  });
}

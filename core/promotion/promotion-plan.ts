// What a plan is, and what planning needs to know: shared by the plans for a push, a release and a request.
import type { Configuration } from '../../config/schema.ts';
import type { DeploymentRecord } from '../../contracts/ledger/deployments.ts';
import type { ReleaseRecord } from '../../contracts/ledger/releases.ts';
import type { PlannedService, Promotion } from '../../contracts/workflows/promotion.ts';

/** What we ask the repository that a promotion comes from. */
export interface SourceRepository {
  /** Files in which the two commits differ; undefined when GitHub does not know one of them or cuts the list off. */
  findChangedFiles(repository: string, base: string, head: string): Promise<readonly string[] | undefined>;
  /** Whether `head` contains `commit`. */
  contains(repository: string, head: string, commit: string): Promise<boolean>;
  /** The commit that a tag or branch points to. */
  findCommit(repository: string, ref: string): Promise<string | undefined>;
}

/** What the ledger knows of versions and deployments. */
export interface ReleaseHistory {
  /** Versions of a service whose image tag or commit begins with `version`. */
  findReleases(service: string, version: string): Promise<readonly ReleaseRecord[]>;
  /** What was deployed to an environment, newest first. */
  listDeployments(environment: string, service: string): Promise<readonly DeploymentRecord[]>;
}

export interface PlanningPorts {
  readonly source: SourceRepository;
  readonly history: ReleaseHistory;
}

/** Whose promotion it is and when it was started. */
export interface PlanningContext {
  readonly promotionId: string;
  readonly executionArn: string;
  readonly startedAt: string;
}

export interface PromotionPlan {
  readonly outcome: 'promote' | 'nothing' | 'refused';
  readonly reason: string;
  readonly promotion: Promotion;
}

/** A promotion of which nothing but its identity is known yet. */
export function draft(context: PlanningContext, known: Partial<Promotion> = {}): Promotion {
  return {
    ...context,
    environment: 'none',
    repository: 'none',
    commit: 'none',
    version: 'none',
    services: [] as PlannedService[],
    desiredAt: context.startedAt,
    actor: 'unknown',
    reason: 'none given',
    correlationId: context.promotionId,
    causationId: context.promotionId,
    awaitsBuild: false,
    recordedDigestsOnly: false,
    buildTimeoutSeconds: 0,
    rolloutTimeoutSeconds: 0,
    ...known,
  };
}

/** The environment's limits as the workflow needs them. */
export function timeoutsOf(environment: Configuration['environments'][string]): {
  readonly buildTimeoutSeconds: number;
  readonly rolloutTimeoutSeconds: number;
} {
  return {
    buildTimeoutSeconds: environment.buildTimeoutMinutes * 60,
    rolloutTimeoutSeconds: environment.rolloutTimeoutMinutes * 60,
  };
}

// What the GitHub world remembers beside the git repositories: one durable table per kind of thing.
import type { Store, Table } from '../../storage/store.ts';

/** All times are milliseconds since the epoch; `repository` is `owner/name`. */
export interface RepositoryRecord {
  readonly id: number;
  readonly owner: string;
  readonly name: string;
  readonly isPrivate: boolean;
  readonly defaultBranch: string;
  readonly createdAt: number;
  readonly pushedAt: number;
}

export interface TokenRecord {
  readonly login: string;
  /** An installation's tokens are limited to these, e.g. `{ contents: 'write' }`; a person's token is not limited. */
  readonly permissions?: Readonly<Record<string, string>>;
  /** Repository names; all when absent. */
  readonly repositories?: readonly string[];
  readonly expiresAt?: number;
}

export interface HookRecord {
  readonly id: number;
  /** The repository that the hook belongs to; absent for the hook of the GitHub App. */
  readonly repository?: string;
  readonly url: string;
  readonly secret: string;
  readonly contentType: 'json' | 'form';
  /** `*` for all. */
  readonly events: readonly string[];
  readonly isActive: boolean;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface DeliveryRecord {
  readonly id: number;
  readonly guid: string;
  readonly hookId: number;
  readonly event: string;
  readonly action: string | null;
  readonly repositoryId: number | null;
  readonly isRedelivery: boolean;
  readonly deliveredAt: number;
  /** The JSON text that is sent. */
  readonly payload: string;
  /** Absent while the attempt is under way. */
  readonly outcome?: DeliveryOutcome;
}

export interface DeliveryOutcome {
  /** `OK`, or what went wrong in GitHub's words. */
  readonly status: string;
  /** 0 when there was no answer. */
  readonly statusCode: number;
  readonly durationSeconds: number;
  readonly requestHeaders: Readonly<Record<string, string>>;
  readonly responseHeaders: Readonly<Record<string, string>>;
  readonly responseBody: string;
}

export interface CommitStatusRecord {
  readonly id: number;
  readonly repository: string;
  readonly sha: string;
  readonly state: string;
  readonly context: string;
  readonly description: string | null;
  readonly targetUrl: string | null;
  readonly creator: string;
  readonly createdAt: number;
}

export interface CheckRunRecord {
  readonly id: number;
  readonly repository: string;
  readonly sha: string;
  readonly name: string;
  readonly app: string;
  readonly status: string;
  readonly conclusion: string | null;
  readonly detailsUrl: string | null;
  readonly externalId: string;
  readonly output: Readonly<Record<string, unknown>>;
  readonly startedAt: number;
  readonly completedAt: number | null;
}

export interface DeploymentRecord {
  readonly id: number;
  readonly repository: string;
  readonly sha: string;
  readonly ref: string;
  readonly task: string;
  readonly payload: unknown;
  readonly environment: string;
  readonly isTransient: boolean;
  readonly isProduction: boolean;
  readonly description: string | null;
  readonly creator: string;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface DeploymentStatusRecord {
  readonly id: number;
  readonly repository: string;
  readonly deploymentId: number;
  readonly state: string;
  readonly description: string;
  readonly environment: string;
  readonly environmentUrl: string;
  readonly logUrl: string;
  readonly creator: string;
  readonly createdAt: number;
}

export interface EnvironmentRecord {
  readonly id: number;
  readonly repository: string;
  readonly name: string;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface IssueRecord {
  readonly id: number;
  readonly repository: string;
  readonly number: number;
  readonly title: string;
  readonly body: string | null;
  readonly state: string;
  readonly stateReason: string | null;
  readonly labels: readonly string[];
  readonly assignees: readonly string[];
  readonly creator: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly closedAt: number | null;
}

export interface CommentRecord {
  readonly id: number;
  readonly repository: string;
  readonly issueNumber: number;
  readonly body: string;
  readonly creator: string;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface CommitCommentRecord {
  readonly id: number;
  readonly repository: string;
  readonly sha: string;
  readonly body: string;
  readonly creator: string;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface ReleaseRecord {
  readonly id: number;
  readonly repository: string;
  readonly tagName: string;
  readonly targetCommitish: string;
  readonly name: string | null;
  readonly body: string | null;
  readonly isDraft: boolean;
  readonly isPrerelease: boolean;
  readonly creator: string;
  readonly createdAt: number;
  readonly publishedAt: number | null;
}

export interface WorkflowRunRecord {
  readonly id: number;
  readonly repository: string;
  readonly workflowId: number;
  readonly name: string;
  readonly sha: string;
  readonly branch: string;
  readonly event: string;
  readonly status: string;
  readonly conclusion: string | null;
  readonly runNumber: number;
  readonly runAttempt: number;
  readonly actor: string;
  readonly createdAt: number;
  readonly startedAt: number;
  readonly updatedAt: number;
}

export interface GitHubRecords {
  readonly repositories: Table<RepositoryRecord>;
  readonly tokens: Table<TokenRecord>;
  readonly hooks: Table<HookRecord>;
  readonly deliveries: Table<DeliveryRecord>;
  readonly commitStatuses: Table<CommitStatusRecord>;
  readonly checkRuns: Table<CheckRunRecord>;
  readonly deployments: Table<DeploymentRecord>;
  readonly deploymentStatuses: Table<DeploymentStatusRecord>;
  readonly environments: Table<EnvironmentRecord>;
  readonly issues: Table<IssueRecord>;
  readonly comments: Table<CommentRecord>;
  readonly commitComments: Table<CommitCommentRecord>;
  readonly releases: Table<ReleaseRecord>;
  readonly workflowRuns: Table<WorkflowRunRecord>;
  /** A number that no other thing has: the next in a sequence by name. */
  nextNumber(sequence: string): number;
}

/** Where ids begin, so that they look like GitHub's and differ between kinds. */
const FIRST_ID = 1_000_001;

/** Opens the tables; what earlier runs wrote is in them. */
export function openRecords(store: Store): GitHubRecords {
  const counters = store.table<number>('github/counters');
  return {
    repositories: store.table('github/repositories'),
    tokens: store.table('github/tokens'),
    hooks: store.table('github/hooks'),
    deliveries: store.table('github/deliveries'),
    commitStatuses: store.table('github/commit-statuses'),
    checkRuns: store.table('github/check-runs'),
    deployments: store.table('github/deployments'),
    deploymentStatuses: store.table('github/deployment-statuses'),
    environments: store.table('github/environments'),
    issues: store.table('github/issues'),
    comments: store.table('github/comments'),
    commitComments: store.table('github/commit-comments'),
    releases: store.table('github/releases'),
    workflowRuns: store.table('github/workflow-runs'),
    nextNumber(sequence) {
      const next = (counters.get(sequence) ?? (sequence === 'id' ? FIRST_ID : 1) - 1) + 1;
      counters.put(sequence, next);
      return next;
    },
  };
}

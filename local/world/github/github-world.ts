// What every part of the GitHub world works with: its records, its repositories, its webhooks, its time.
import type { Clock } from '../../clock/clock.ts';
import type { Trace } from '../../trace/trace.ts';
import type { GitHubApp } from './authentication/github-app.ts';
import type { GitHubRecords } from './records.ts';
import type { Repositories } from './repositories.ts';
import type { Webhooks } from './webhooks/webhooks.ts';

export interface GitHubWorld {
  readonly records: GitHubRecords;
  readonly repositories: Repositories;
  readonly webhooks: Webhooks;
  readonly app: GitHubApp;
  readonly clock: Pick<Clock, 'now' | 'work'>;
  /** `http://127.0.0.1:<port>`: the root of the REST API, of git and of the links in every answer. */
  url(): string;
  /** Resolves when everything that was recorded is on disk. */
  flush(): Promise<void>;
  record: Trace['record'];
  /** How many commits a push event lists at most; `compare` has the rest. */
  readonly maximumPushCommits: number;
}

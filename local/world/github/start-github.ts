// Starts the GitHub world: the REST API and git over real bare repositories, with webhooks that are really delivered.
import { join } from 'node:path';
import { openJournalStore } from '../../storage/journal-store.ts';
import { createFaultRules, type HttpFault } from '../fault-rules.ts';
import { type HttpServer, startHttpServer } from '../http-server.ts';
import { machineClock, type WorldOptions } from '../world-options.ts';
import { buildErrorBody, findUsualMessage } from './api/github-error.ts';
import { createApiHandler } from './api/handle-api-request.ts';
import { RateLimiter } from './api/rate-limit.ts';
import { buildRoutes } from './api/routes.ts';
import { type GitHubApp, openGitHubApp } from './authentication/github-app.ts';
import { createControls, type GitHubControls } from './github-controls.ts';
import type { GitHubWorld } from './github-world.ts';
import { openRecords } from './records.ts';
import { createRepositories } from './repositories.ts';
import { serveCommitPage } from './serve-commit-page.ts';
import { serveGit } from './serve-git.ts';
import { createWebhooks } from './webhooks/webhooks.ts';

const DEFAULT_REQUESTS_PER_HOUR = 5_000;
const DEFAULT_WEBHOOK_TIMEOUT_MILLISECONDS = 10_000;
const DEFAULT_PUSH_COMMITS = 2_048;

export interface GitHubOptions extends WorldOptions {
  /** Who owns repositories that are named without an owner, and the app. */
  readonly owner: string;
  /** Created empty when missing. Seed them with `seedRepository` for content. */
  readonly repositories?: readonly {
    readonly name: string;
    readonly isPrivate?: boolean;
    readonly defaultBranch?: string;
  }[];
  /** Where the app's webhook points. Without it nothing is delivered until `configureWebhook`. */
  readonly webhookUrl?: string;
  readonly webhookSecret?: string;
  /** The app that the automation acts as; its key is made at the first start and kept. */
  readonly app?: { readonly slug: string; readonly permissions?: Readonly<Record<string, string>> };
  readonly requestsPerHour?: number;
  readonly webhookTimeoutMilliseconds?: number;
  /** How many commits a push event lists at most. */
  readonly maximumPushCommits?: number;
}

export interface GitHub extends GitHubControls {
  /** The root of the REST API and of git: `<url>/repos/…`, `<url>/owner/name.git`. */
  readonly url: string;
  readonly app: GitHubApp;
  /** The bare repository behind a clone URL or an `owner/name`, for those on this machine who need not go over HTTP. */
  findDirectory(repository: string): string | undefined;
  /** Makes the next matching requests fail; a bare status gets GitHub's own error body. */
  inject(fault: HttpFault): void;
  clearFaults(): void;
  stop(): Promise<void>;
}

/** Starts the world on its state directory; what an earlier run left there is all back. */
export async function startGitHub(options: GitHubOptions): Promise<GitHub> {
  const { clock = machineClock, trace, owner } = options;
  const store = await openJournalStore(join(options.directory, 'records'));
  const records = openRecords(store);
  const record: GitHubWorld['record'] = (activity) => trace?.record(activity);
  const app = openGitHubApp(store, { slug: 'deployment-automation', owner, now: clock.now(), ...options.app });
  const repositories = createRepositories(join(options.directory, 'repositories'), records);
  const timeoutMilliseconds = options.webhookTimeoutMilliseconds ?? DEFAULT_WEBHOOK_TIMEOUT_MILLISECONDS;
  const flush = () => store.flush();
  const webhooks = createWebhooks({ records, app, clock, timeoutMilliseconds, flush, record });
  let server: HttpServer | undefined;
  const world: GitHubWorld = {
    records,
    repositories,
    webhooks,
    app,
    clock,
    flush,
    record,
    maximumPushCommits: options.maximumPushCommits ?? DEFAULT_PUSH_COMMITS,
    url() {
      if (!server) throw new Error('the GitHub world has no address before it listens');
      return server.url;
    },
  };
  const rateLimiter = new RateLimiter(options.requestsPerHour ?? DEFAULT_REQUESTS_PER_HOUR, () => clock.now());
  const handleApi = createApiHandler(world, buildRoutes(rateLimiter), rateLimiter);
  const faults = createFaultRules(completeFault);
  const controls = createControls(world, owner);
  for (const { name, isPrivate = false, defaultBranch = 'main' } of options.repositories ?? []) {
    await repositories.ensure({ owner, name, isPrivate, defaultBranch, createdAt: clock.now() });
  }
  if (options.webhookUrl !== undefined) {
    await controls.configureWebhook({ url: options.webhookUrl, secret: options.webhookSecret ?? '' });
  }
  await flush();
  server = await startHttpServer({
    ...(options.port !== undefined && { port: options.port }),
    faults,
    handle: async (request) =>
      (await serveGit(world, request)) ?? (await serveCommitPage(world, request)) ?? (await handleApi(request)),
  });
  const { url, stop } = server;
  return {
    ...controls,
    url,
    app,
    findDirectory: (repository) =>
      repositories.findDirectory(repository.replace(/^https?:\/\/[^/]+\//, '').replace(/\.git$/, '')),
    inject: (fault) => faults.inject(fault),
    clearFaults: () => faults.clear(),
    async stop() {
      await stop();
      await webhooks.stop();
      repositories.close();
      await store.close();
    },
  };
}

/** What GitHub would say to a status that a fault gives alone. */
function completeFault(fault: HttpFault): HttpFault {
  const message = fault.status === undefined ? undefined : findUsualMessage(fault.status);
  if (fault.body !== undefined || fault.status === undefined || message === undefined) return fault;
  return { ...fault, body: buildErrorBody(fault.status, message, '') };
}

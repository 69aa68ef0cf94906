// The two ends of waiting for a build: whichever comes second, the wait or the conclusion, completes it.
import type { BuildResult } from '../../contracts/workflows/promotion.ts';
import type { TaskTokens } from '../task-tokens.ts';
import type { BuildReport } from './read-workflow-run.ts';

export interface BuildWaiter {
  readonly promotionId: string;
  readonly taskToken: string;
}

/** What the ledger knows of builds. Reads see every write that was answered before. */
export interface BuildStore {
  putWaiter(repository: string, commit: string, waiter: BuildWaiter): Promise<void>;
  listWaiters(repository: string, commit: string): Promise<readonly BuildWaiter[]>;
  removeWaiter(repository: string, commit: string, promotionId: string): Promise<void>;
  /** Keeps the conclusion of the latest attempt. */
  putConclusion(report: BuildReport, eventId: string): Promise<void>;
  findConclusion(repository: string, commit: string): Promise<BuildResult | undefined>;
}

export interface BuildPorts {
  readonly builds: BuildStore;
  readonly tokens: TaskTokens;
}

/** How the latest build of a commit ended, as GitHub itself says; undefined while it has not. */
export type FindEndedBuild = (repository: string, commit: string) => Promise<BuildReport | undefined>;

/**
 * First says that it waits, then looks: a conclusion that comes in between finds the waiter. Then asks GitHub, whose webhook
 * may have been lost. Returns whether the build has ended.
 */
export async function awaitBuild(
  { builds, tokens, findEndedBuild }: BuildPorts & { readonly findEndedBuild: FindEndedBuild },
  repository: string,
  commit: string,
  waiter: BuildWaiter,
): Promise<boolean> {
  await builds.putWaiter(repository, commit, waiter);
  const conclusion = await builds.findConclusion(repository, commit);
  if (conclusion === undefined) {
    const report = await findEndedBuild(repository, commit);
    if (report === undefined) return false;
    await reportBuild({ builds, tokens }, report, `workflow-run-${report.runId}`);
    return true;
  }
  await tokens.succeed(waiter.taskToken, conclusion);
  await builds.removeWaiter(repository, commit, waiter.promotionId);
  return true;
}

/** First writes the conclusion, then looks who waits: a wait that starts in between finds the conclusion. Returns how many were told. */
export async function reportBuild(
  { builds, tokens }: BuildPorts,
  report: BuildReport,
  eventId: string,
): Promise<number> {
  await builds.putConclusion(report, eventId);
  const conclusion = (await builds.findConclusion(report.repository, report.commit)) ?? {
    conclusion: report.conclusion,
    url: report.url,
  };
  const waiters = await builds.listWaiters(report.repository, report.commit);
  for (const waiter of waiters) {
    await tokens.succeed(waiter.taskToken, conclusion);
    await builds.removeWaiter(report.repository, report.commit, waiter.promotionId);
  }
  return waiters.length;
}

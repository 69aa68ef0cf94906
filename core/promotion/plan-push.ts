// The plan for a push: its branch says where to, its files say which services.
import type { Configuration } from '../../config/schema.ts';
import type { CausingEvent } from '../../contracts/workflows/promote-release.ts';
import { findAffectedServices, findServicesOfRepository } from './find-affected-services.ts';
import { buildImageTag } from './image-tag.ts';
import { draft, type PlanningContext, type PlanningPorts, type PromotionPlan, timeoutsOf } from './promotion-plan.ts';
import { findPush, type Push } from './read-push.ts';

/** Plans the promotion of a pushed commit. Throws only what the source repository throws. */
export async function planPush(
  configuration: Configuration,
  { source }: PlanningPorts,
  event: CausingEvent,
  context: PlanningContext,
): Promise<PromotionPlan> {
  const { metadata, payload } = event.detail;
  const push = findPush(payload);
  const known = { actor: metadata.actor, correlationId: metadata.correlationId, causationId: metadata.eventId };
  if (push === undefined) return nothing('the payload is not that of a push', known);

  const branch = push.ref.startsWith('refs/heads/') ? push.ref.slice('refs/heads/'.length) : undefined;
  const identity = {
    ...known,
    repository: push.repository,
    commit: push.after,
    version: buildImageTag(configuration.registry.tagTemplate, push.after),
    ...(push.url === undefined ? {} : { url: push.url }),
  };
  if (branch === undefined) return nothing(`${push.ref} is not a branch: tags are promoted by a release`, identity);
  if (push.isDeletion) return nothing(`branch ${branch} was deleted: what it deployed stays`, identity);
  const repository = findRepositoryName(configuration, push.repository);
  if (repository === undefined) {
    return nothing(`${push.repository} is not one of github.repositories in the configuration`, identity);
  }
  const [environment, target] =
    Object.entries(configuration.environments).find(([, { branch: promoted }]) => promoted === branch) ?? [];
  if (environment === undefined || target === undefined) {
    return nothing(`no environment is promoted from branch ${branch}`, identity);
  }

  const { names, why } = await decideServices(configuration, source, push, repository);
  const services = names.map((name) => ({ name, version: identity.version, commit: push.after }));
  const promotion = draft(context, {
    ...identity,
    ...timeoutsOf(target),
    environment,
    services,
    previousCommit: push.before,
    desiredAt: push.pushedAt ?? metadata.occurredAt,
    reason: `push to ${branch} by ${metadata.actor}`,
    awaitsBuild: true,
  });
  if (names.length === 0) return { outcome: 'nothing', reason: `${why}: no service is concerned`, promotion };
  return { outcome: 'promote', reason: `${names.join(', ')} to ${environment}: ${why}`, promotion };

  function nothing(reason: string, details: Parameters<typeof draft>[1]): PromotionPlan {
    return { outcome: 'nothing', reason, promotion: draft(context, details) };
  }
}

async function decideServices(
  configuration: Configuration,
  source: PlanningPorts['source'],
  push: Push,
  repository: string,
): Promise<{ readonly names: string[]; readonly why: string }> {
  const all = findServicesOfRepository(configuration.services, repository);
  if (push.isNewBranch) return { names: all, why: 'the branch is new, so all services of the repository count' };
  const files = push.files ?? (await findFilesByComparing(source, push));
  if (files === undefined) {
    return { names: all, why: 'GitHub does not list all changed files, so all services of the repository count' };
  }
  const names = findAffectedServices(configuration.services, repository, files);
  return { names, why: `${files.length} changed file${files.length === 1 ? '' : 's'}` };
}

/** GitHub compares with the common ancestor: what a forced push took away shows only in the other direction. */
async function findFilesByComparing(
  source: PlanningPorts['source'],
  push: Push,
): Promise<readonly string[] | undefined> {
  const added = await source.findChangedFiles(push.repository, push.before, push.after);
  if (added === undefined || !push.isForced) return added;
  const removed = await source.findChangedFiles(push.repository, push.after, push.before);
  return removed === undefined ? undefined : [...new Set([...added, ...removed])];
}

function findRepositoryName(configuration: Configuration, fullName: string): string | undefined {
  return configuration.github.repositories.find((name) => `${configuration.github.owner}/${name}` === fullName);
}

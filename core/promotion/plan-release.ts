// The plan for a published release: the newest versions that it contains and that the environment before has run.

import * as z from 'zod/mini';
import type { Configuration } from '../../config/schema.ts';
import type { CausingEvent } from '../../contracts/workflows/promote-release.ts';
import type { PlannedService } from '../../contracts/workflows/promotion.ts';
import { findServicesOfRepository } from './find-affected-services.ts';
import { draft, type PlanningContext, type PlanningPorts, type PromotionPlan, timeoutsOf } from './promotion-plan.ts';

const releaseSchema = z.object({
  repository: z.object({ full_name: z.string() }),
  release: z.object({
    tag_name: z.string(),
    draft: z._default(z.boolean(), false),
    prerelease: z._default(z.boolean(), false),
    html_url: z.optional(z.string()),
  }),
});

/** Plans the promotion of a release. Throws only what the ports throw. */
export async function planRelease(
  configuration: Configuration,
  ports: PlanningPorts,
  event: CausingEvent,
  context: PlanningContext,
): Promise<PromotionPlan> {
  const { metadata, payload } = event.detail;
  const known = { actor: metadata.actor, correlationId: metadata.correlationId, causationId: metadata.eventId };
  const parsed = releaseSchema.safeParse(payload);
  if (!parsed.success) return nothing('the payload is not that of a release', known);
  const { repository, release } = parsed.data;
  const identity = {
    ...known,
    repository: repository.full_name,
    version: release.tag_name,
    ...(release.html_url === undefined ? {} : { url: release.html_url }),
  };
  if (release.draft || release.prerelease) return nothing(`${release.tag_name} is a draft or a pre-release`, identity);
  const name = configuration.github.repositories.find(
    (candidate) => `${configuration.github.owner}/${candidate}` === repository.full_name,
  );
  if (name === undefined) {
    return nothing(`${repository.full_name} is not one of github.repositories in the configuration`, identity);
  }
  const names = Object.keys(configuration.environments);
  const environment = names.find((candidate) => configuration.environments[candidate]?.promoteOnRelease);
  const target = environment === undefined ? undefined : configuration.environments[environment];
  if (environment === undefined || target === undefined)
    return nothing('no environment is promoted by a release', identity);
  const before = names[names.indexOf(environment) - 1];
  const commit = await ports.source.findCommit(repository.full_name, release.tag_name);
  if (commit === undefined)
    return nothing(`tag ${release.tag_name} does not exist in ${repository.full_name}`, identity);

  const found: PlannedService[] = [];
  const missing: string[] = [];
  for (const service of findServicesOfRepository(configuration.services, name)) {
    const version = before && (await findContained(ports, before, service, repository.full_name, commit));
    if (!version) missing.push(service);
    else if (!(await runsAlready(ports, environment, version))) found.push(version);
  }
  const promotion = draft(context, {
    ...identity,
    ...timeoutsOf(target),
    environment,
    commit,
    services: found,
    reason: `release ${release.tag_name} by ${metadata.actor}`,
    recordedDigestsOnly: true,
  });
  const leftOut =
    missing.length === 0
      ? ''
      : `; ${missing.join(', ')} left out: ${before ?? 'no earlier environment'} ran no version that it contains`;
  if (found.length === 0) {
    return { outcome: 'nothing', reason: `${release.tag_name} changes nothing in ${environment}${leftOut}`, promotion };
  }
  return {
    outcome: 'promote',
    reason: `${found.map((service) => service.name).join(', ')} to ${environment}: release ${release.tag_name}${leftOut}`,
    promotion,
  };

  function nothing(reason: string, details: Parameters<typeof draft>[1]): PromotionPlan {
    return { outcome: 'nothing', reason, promotion: draft(context, details) };
  }
}

async function findContained(
  { source, history }: PlanningPorts,
  environment: string,
  service: string,
  repository: string,
  head: string,
): Promise<PlannedService | undefined> {
  for (const { version, commit, outcome } of await history.listDeployments(environment, service)) {
    if (outcome === 'succeeded' && (commit === head || (await source.contains(repository, head, commit)))) {
      return { name: service, version, commit };
    }
  }
  return undefined;
}

async function runsAlready({ history }: PlanningPorts, environment: string, service: PlannedService): Promise<boolean> {
  const latest = (await history.listDeployments(environment, service.name)).find(
    ({ outcome }) => outcome === 'succeeded',
  );
  return latest?.version === service.version;
}

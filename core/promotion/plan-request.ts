// The plan for what a person asks for: a version that exists, to an environment where that person may promote.
import type { Configuration } from '../../config/schema.ts';
import type { PromotionRequest } from '../../contracts/workflows/promote-release.ts';
import type { PlannedService } from '../../contracts/workflows/promotion.ts';
import { buildImageTag } from './image-tag.ts';
import { draft, type PlanningContext, type PlanningPorts, type PromotionPlan, timeoutsOf } from './promotion-plan.ts';

/** Plans a person's promotion. What may not or cannot be is refused with what is allowed instead. */
export async function planRequest(
  configuration: Configuration,
  { history }: PlanningPorts,
  request: PromotionRequest,
  context: PlanningContext,
): Promise<PromotionPlan> {
  const known = { actor: request.actor, reason: request.reason, version: request.version };
  const target = Object.hasOwn(configuration.environments, request.environment)
    ? configuration.environments[request.environment]
    : undefined;
  if (target === undefined) {
    const allowed = Object.keys(configuration.environments).join(', ');
    return refuse(`no environment ${request.environment}, there are ${allowed}`);
  }
  if (target.approvers.length > 0 && !target.approvers.includes(request.actor)) {
    return refuse(
      `${request.actor} may not promote to ${request.environment}, these may: ${target.approvers.join(', ')}`,
    );
  }
  const unknown = (request.services ?? []).filter((name) => !Object.hasOwn(configuration.services, name));
  if (unknown.length > 0) {
    return refuse(`no service ${unknown.join(', ')}, there are ${Object.keys(configuration.services).join(', ')}`);
  }

  const wanted = request.services ?? Object.keys(configuration.services);
  const isFirst = Object.keys(configuration.environments)[0] === request.environment;
  const found = await Promise.all(wanted.map(async (name) => await findVersion(name)));
  const ambiguous = found.flatMap((result) => ('ambiguous' in result ? [result.ambiguous] : []));
  if (ambiguous.length > 0) return refuse(ambiguous.join('; '));
  const services = found.flatMap((result) => ('service' in result ? [result.service] : []));
  const missing = found.flatMap((result) => ('missing' in result ? [result.missing] : []));
  if (services.length === 0 || (request.services !== undefined && missing.length > 0)) {
    return refuse(
      `${missing.join(', ')} ${missing.length === 1 ? 'has' : 'have'} no recorded version ${request.version}: promote it to an earlier environment first, or give an image tag or commit that was deployed`,
    );
  }

  const [first] = services;
  const repository = configuration.services[first?.name ?? '']?.repository ?? 'none';
  return {
    outcome: 'promote',
    reason: `${services.map(({ name }) => name).join(', ')} to ${request.environment}: ${request.actor} asks (${request.reason})`,
    promotion: draft(context, {
      ...known,
      ...timeoutsOf(target),
      environment: request.environment,
      repository: `${configuration.github.owner}/${repository}`,
      commit: first?.commit ?? 'none',
      version: first?.version ?? request.version,
      services,
      recordedDigestsOnly: !isFirst,
    }),
  };

  async function findVersion(
    name: string,
  ): Promise<{ service: PlannedService } | { missing: string } | { ambiguous: string }> {
    const releases = await history.findReleases(name, request.version);
    const [release, ...others] = releases;
    if (others.length > 0) {
      return { ambiguous: `${request.version} fits ${releases.length} versions of ${name}: give more of it` };
    }
    if (release !== undefined) return { service: { name, version: release.version, commit: release.commit } };
    // The first environment may run what no one has run before: the registry decides whether it exists.
    if (isFirst && request.services !== undefined && /^[0-9a-f]{40}$/.test(request.version)) {
      const version = buildImageTag(configuration.registry.tagTemplate, request.version);
      return { service: { name, version, commit: request.version } };
    }
    return { missing: name };
  }

  function refuse(reason: string): PromotionPlan {
    return { outcome: 'refused', reason, promotion: draft(context, { ...known, environment: request.environment }) };
  }
}

// What `--plan` shows: everything that a promotion or a rollback would do, and nothing done.
import type { Configuration } from '../../config/schema.ts';
import type { DeploymentRecord } from '../../contracts/ledger/deployments.ts';
import type { ChangePreview } from '../../contracts/workflows/gate-verdicts.ts';
import type { PromotionRequest } from '../../contracts/workflows/promote-release.ts';
import type { Promotion, ResolvedService } from '../../contracts/workflows/promotion.ts';
import { getEnvironment, getService } from '../configuration/get-configured.ts';
import { type JudgePorts, judgePromotion } from './judge-promotion.ts';
import { planChangeInGit } from './plan-change-in-git.ts';
import { planRequest } from './plan-request.ts';
import type { PlanningPorts } from './promotion-plan.ts';
import { type ReleaseStore, resolveImages } from './resolve-images.ts';

export interface PreviewPorts extends JudgePorts {
  readonly planning: PlanningPorts;
  readonly releases: Pick<ReleaseStore, 'findRelease'>;
}

/** As the workflow would see it if it began now: the same plan, the same gates, the same hash. */
export async function previewPromotion(
  configuration: Configuration,
  ports: PreviewPorts,
  request: PromotionRequest,
  now: string,
): Promise<ChangePreview> {
  const context = { promotionId: 'plan', executionArn: 'plan', startedAt: now };
  const plan = await planRequest(configuration, ports.planning, request, context);
  const { promotion } = plan;
  if (plan.outcome !== 'promote') {
    const { environment } = promotion;
    return {
      outcome: plan.outcome,
      reason: plan.reason,
      environment,
      services: [],
      verdicts: [],
      diff: '',
      blastRadius: [],
    };
  }
  // A version that nobody has run is recorded when it is promoted, not when it is looked at.
  const recordRelease: ReleaseStore['recordRelease'] = async (release) => ({
    ...release,
    pk: '',
    sk: '',
    kind: '',
    sortKey: '',
  });
  const releases = { findRelease: ports.releases.findRelease, recordRelease };
  const services = await resolveImages(configuration, { releases, registry: ports.registry }, promotion, now);
  const { change: _, ...move } = promotion;
  const { diff, planHash, outcome, reason, verdicts, approval } = await judgePromotion(configuration, ports, {
    promotion: move,
    services,
    build: undefined,
    now,
  });
  return {
    ...(await describe(configuration, ports, promotion, services)),
    outcome,
    reason: `${plan.reason}: ${reason}`,
    services,
    verdicts,
    approval,
    planHash,
    diff,
  };
}

/** No gate is asked: nothing holds up what goes back. */
export async function previewRollback(
  configuration: Configuration,
  ports: PreviewPorts,
  { promotion, services }: { readonly promotion: Promotion; readonly services: ResolvedService[] },
): Promise<ChangePreview> {
  const { planHash, diff, title } = await planChangeInGit(configuration, ports.repository, promotion, services);
  const described = await describe(configuration, ports, promotion, services);
  return { ...described, outcome: 'passed', reason: title, services, verdicts: [], planHash, diff };
}

async function describe(
  configuration: Configuration,
  { ledger }: PreviewPorts,
  { environment }: Promotion,
  services: readonly ResolvedService[],
): Promise<Pick<ChangePreview, 'environment' | 'blastRadius' | 'expectedSeconds'>> {
  const { cluster, namespace, argoApplication, strategy } = getEnvironment(configuration, environment);
  const all = Object.keys(configuration.services).length;
  const deployments = await Promise.all(services.map(({ name }) => ledger.listDeployments(environment, name)));
  const expectedSeconds = estimateSeconds(deployments.flat());
  return {
    environment,
    blastRadius: [
      `${services.length} of ${all} services of ${environment}, by ${strategy}`,
      ...services.map(({ name }) => {
        const { deployment = name, namespace: own } = getService(configuration, name);
        return `Deployment ${own?.[environment] ?? namespace}/${deployment} of cluster ${cluster}, by Argo CD's ${argoApplication}`;
      }),
    ],
    ...(expectedSeconds === undefined ? {} : { expectedSeconds }),
  };
}

const sampleSize = 10;

/** The median of those that succeeded lately, from the commit to healthy. */
export function estimateSeconds(deployments: readonly DeploymentRecord[]): number | undefined {
  const seconds = deployments
    .filter(({ outcome }) => outcome === 'succeeded')
    .toSorted((left, right) => (left.finishedAt < right.finishedAt ? 1 : -1))
    .slice(0, sampleSize)
    .map(
      ({ committedAt, startedAt, finishedAt }) =>
        (Date.parse(finishedAt) - Date.parse(committedAt ?? startedAt)) / 1000,
    )
    .toSorted((left, right) => left - right);
  const median = seconds[Math.floor((seconds.length - 1) / 2)];
  return median === undefined ? undefined : Math.round(median);
}

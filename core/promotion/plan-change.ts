// The plan of a change in the form that people agree to: what it does to Git, and the hash that stands for all of it.
import type { Promotion, ResolvedService } from '../../contracts/workflows/promotion.ts';
import { hashPlan } from '../plans/hash-plan.ts';
import { buildUnifiedDiff, listChangedLines } from '../plans/unified-diff.ts';
import { readDigests } from './edit-kustomization.ts';
import type { ServiceImage, Strategy } from './strategies/strategy.ts';

export interface ChangePlan {
  /** Of every line that is taken out of Git or written into it, the digests, the environment and the strategy. */
  readonly planHash: string;
  /** What happens, as the end of "asks to …". */
  readonly title: string;
  /** One fact a line. */
  readonly summary: readonly string[];
  /** Unified, of the overlay's file, all phases of the strategy together; empty when Git says already what is wanted. */
  readonly diff: string;
}

export interface PlanBasis {
  readonly strategy: Strategy;
  /** Name of a service's Deployment in the base. */
  deploymentOf(service: string): string;
  /** The overlay's file, from the root of the GitOps repository, and what it says now. */
  readonly file: string;
  readonly content: string;
}

/** Pure: the same world gives the same hash; what moves in the part of it that is changed gives another. */
export function planChange(
  { strategy, deploymentOf, file, content }: PlanBasis,
  promotion: Promotion,
  services: readonly ResolvedService[],
): ChangePlan {
  const { environment, change = 'promotion', reason } = promotion;
  const sorted = services.toSorted((left, right) => (left.name < right.name ? -1 : 1));
  const images = sorted.flatMap(({ name, image, version, digest }): ServiceImage[] =>
    digest === undefined ? [] : [{ service: name, deployment: deploymentOf(name), image, digest, tag: version }],
  );
  const edited = strategy.phases.reduce((text, phase) => strategy.write(phase, text, images, change), content);
  const before = readDigests(content);
  const names = sorted.map(({ name }) => name).join(', ');
  return {
    planHash: hashPlan({
      environment,
      change,
      strategy: strategy.name,
      file,
      lines: listChangedLines(content, edited),
      services: sorted.map(({ name, version, image, digest }) => ({ name, version, image, digest })),
    }),
    title: change === 'rollback' ? `roll back ${names} in ${environment}` : `promote ${names} to ${environment}`,
    summary: [
      ...sorted.map(({ name, version, image, digest }) => {
        const from = before[image] === undefined ? '' : `${shorten(before[image])} → `;
        return `${name}: ${from}${shorten(digest)} (${version})`;
      }),
      `by ${strategy.name}, because of: ${reason}`,
    ],
    diff: buildUnifiedDiff(file, content, edited),
  };
}

function shorten(digest: string | undefined): string {
  return digest === undefined ? 'no digest' : digest.slice(0, 19);
}

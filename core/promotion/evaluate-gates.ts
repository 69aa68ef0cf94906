// The gates of an environment: each one a pure verdict, none skipped silently.
import type { GateName } from '../../config/environment-schema.ts';
import type {
  BuildResult,
  GateVerdict,
  Promotion,
  ResolvedService,
} from '../../contracts/workflows/promote-release.ts';
import { isNewer, type Wish } from './decide-newest.ts';

/** Everything that gates look at. */
export interface GateFacts {
  readonly promotion: Promotion;
  readonly services: readonly ResolvedService[];
  readonly build: BuildResult | undefined;
  /** What would be done now, and what was agreed to. */
  readonly planHash: string;
  readonly expectedPlanHash: string | undefined;
  /** By service: why its digest must not run. */
  readonly quarantines: Readonly<Record<string, string>>;
  /** By service: the newest wish known. */
  readonly newestWishes: Readonly<Record<string, Wish>>;
}

export interface GateDecision {
  readonly outcome: 'passed' | 'refused' | 'superseded';
  readonly reason: string;
  readonly verdicts: readonly GateVerdict[];
}

type Gate = (facts: GateFacts) => { readonly passed: boolean; readonly words: string };

const gates: Readonly<Record<GateName, Gate>> = {
  'build-succeeded': ({ promotion, build }) => {
    if (!promotion.awaitsBuild) return { passed: true, words: 'the version was built before' };
    if (build === undefined) return { passed: false, words: 'nothing is known of the build' };
    if (build.conclusion === 'success') return { passed: true, words: 'the build succeeded' };
    const link = build.url === undefined ? '' : `, see ${build.url}`;
    const minutes = Math.round(promotion.buildTimeoutSeconds / 60);
    return build.conclusion === 'timed_out' && build.url === undefined
      ? { passed: false, words: `no build of ${promotion.commit.slice(0, 7)} ended within ${minutes} minutes` }
      : { passed: false, words: `the build of ${promotion.commit.slice(0, 7)} ended as ${build.conclusion}${link}` };
  },
  'image-available': ({ services }) => {
    const problems = services.flatMap(({ digest, name, problem }) =>
      digest === undefined ? [problem ?? `${name} has no image`] : [],
    );
    return problems.length === 0
      ? { passed: true, words: 'every image exists' }
      : { passed: false, words: problems.join('; ') };
  },
  'not-quarantined': ({ services, quarantines }) => {
    const problems = services.flatMap(({ name }) =>
      Object.hasOwn(quarantines, name) ? [`${name} is quarantined: ${quarantines[name]}`] : [],
    );
    return problems.length === 0
      ? { passed: true, words: 'no digest is quarantined' }
      : { passed: false, words: problems.join('; ') };
  },
  'newest-desired': ({ promotion, services, newestWishes }) => {
    const older = services.filter(({ name, commit }) => !isNewer({ ...promotion, commit }, newestWishes[name]));
    if (older.length < services.length || services.length === 0) {
      return {
        passed: true,
        words: older.length === 0 ? 'nothing newer is wanted' : 'nothing newer is wanted for some',
      };
    }
    const [first] = older;
    const other = newestWishes[first?.name ?? ''];
    return { passed: false, words: `newer is wanted: ${other?.commit.slice(0, 7)} of ${other?.desiredAt}` };
  },
};

/** Asks every named gate. Only being too old makes a promotion superseded; any other "no" is a refusal. */
export function evaluateGates(names: readonly GateName[], facts: GateFacts): GateDecision {
  const { planHash, expectedPlanHash } = facts;
  if (expectedPlanHash !== undefined && expectedPlanHash !== planHash) {
    const reason = `the world moved: the plan is ${planHash.slice(0, 12)} now, ${expectedPlanHash.slice(0, 12)} was agreed to; ask again`;
    return { outcome: 'refused', reason, verdicts: [] };
  }
  const verdicts = names.map((gate) => ({ gate, ...gates[gate](facts) }));
  const refusals = verdicts.filter(({ passed }) => !passed);
  if (refusals.length === 0) {
    return { outcome: 'passed', reason: verdicts.map(({ words }) => words).join(', ') || 'no gates', verdicts };
  }
  const older = refusals.find(({ gate }) => gate === 'newest-desired');
  if (older !== undefined) return { outcome: 'superseded', reason: older.words, verdicts };
  return { outcome: 'refused', reason: refusals.map(({ words }) => words).join('; '), verdicts };
}

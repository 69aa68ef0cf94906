// Which earlier version does a service go back to? The best known-good one, and why each other was not taken.
import type { DeployedChange } from './deployed-change.ts';

export interface TargetFacts {
  /** Of the service in the environment, oldest first. */
  readonly changes: readonly DeployedChange[];
  /** The digests that are being taken back. */
  readonly badDigests: readonly string[];
  /** By digest: why it must not run. */
  readonly quarantines: Readonly<Record<string, string>>;
  /** By digest: what a closer look at it found. */
  readonly problems: Readonly<Record<string, string>>;
  readonly bakeMinutes: number;
  /** Whether changes are tried on a share of the users first, while the version before goes on serving the others. */
  readonly isCanary: boolean;
  readonly now: string;
}

export interface TargetChoice {
  readonly target: DeployedChange | undefined;
  /** All others, best first, each with the reason in words. */
  readonly refused: readonly { readonly version: string; readonly digest: string; readonly because: string }[];
}

interface Candidate {
  readonly change: DeployedChange;
  readonly servedMinutes: number;
  /** Most users have it now: a canary that is taken back moves nobody else. */
  readonly isServing: boolean;
  readonly problem: string | undefined;
}

/**
 * Of the versions that have run verified (healthy, smoke tests passed): first the one that serves beside a canary that never
 * became whole, then those that outlived their bake, among these the one that ran last, since the least has changed around it.
 * `wanted`: only this version, a tag or the beginning of a commit.
 */
export function pickRollbackTarget(facts: TargetFacts, wanted?: string): TargetChoice {
  const ranked = listCandidates(facts).toSorted(compare(facts.bakeMinutes));
  const best = ranked.find(({ problem, change }) => problem === undefined && isWanted(change, wanted));
  const refused = ranked
    .filter((candidate) => candidate !== best)
    .map(({ change: { version, digest }, problem, servedMinutes }) => ({
      version,
      digest,
      because:
        problem ??
        (wanted !== undefined
          ? `${wanted} is asked for`
          : best?.isServing
            ? `${best.change.version} serves beside the canary`
            : servedMinutes < facts.bakeMinutes
              ? `it served for ${Math.floor(servedMinutes)} minutes only`
              : 'it ran longer ago'),
    }));
  return { target: best?.change, refused };
}

function isWanted({ version, commit }: DeployedChange, wanted: string | undefined): boolean {
  return wanted === undefined || version === wanted || commit.startsWith(wanted);
}

/** One for each digest: its last good deployment, else its last one. */
function listCandidates(facts: TargetFacts): Candidate[] {
  const serving = findServing(facts);
  const byDigest = Map.groupBy(facts.changes, ({ digest }) => digest);
  return [...byDigest.values()].flatMap((changes) => {
    const change = changes.findLast(({ outcome }) => outcome === 'succeeded') ?? changes.at(-1);
    if (change === undefined) return [];
    return [
      {
        change,
        isServing: change === serving,
        servedMinutes: Math.max(...changes.map((each) => measureMinutes(each, facts))),
        problem: findProblem(change, facts),
      },
    ];
  });
}

/** What a canary's primary runs: the last change that became whole, unless that is what is being taken back. */
function findServing({ isCanary, changes, badDigests }: TargetFacts): DeployedChange | undefined {
  if (!isCanary) return undefined;
  const whole = changes.findLast(({ outcome }) => outcome === 'succeeded');
  return whole === undefined || badDigests.includes(whole.digest) ? undefined : whole;
}

function findProblem(
  { digest, outcome }: DeployedChange,
  { badDigests, quarantines, problems }: TargetFacts,
): string | undefined {
  if (badDigests.includes(digest)) return 'it is what is being taken back';
  if (Object.hasOwn(quarantines, digest)) return `it is quarantined: ${quarantines[digest]}`;
  if (outcome !== 'succeeded') return 'it never became healthy';
  return Object.hasOwn(problems, digest) ? problems[digest] : undefined;
}

/** From its end until the next change began. */
function measureMinutes(change: DeployedChange, { changes, now }: TargetFacts): number {
  if (change.finishedAt === undefined || change.outcome !== 'succeeded') return 0;
  const next = changes[changes.indexOf(change) + 1];
  return (Date.parse(next?.startedAt ?? now) - Date.parse(change.finishedAt)) / 60_000;
}

function compare(bakeMinutes: number): (left: Candidate, right: Candidate) => number {
  const rank = ({ isServing, servedMinutes }: Candidate): number =>
    isServing ? 0 : servedMinutes >= bakeMinutes ? 1 : 2;
  return (left, right) => rank(left) - rank(right) || (left.change.startedAt < right.change.startedAt ? 1 : -1);
}

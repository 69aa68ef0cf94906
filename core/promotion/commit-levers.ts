// Sets the levers of a Canary in Git: a person's word about a running analysis, with the reason in the commit.
import { AppError } from '../app-error.ts';
import type { Clock } from '../clock.ts';
import type { GitOpsRepository } from './commit-promotion.ts';
import { type CanaryLevers, readLevers, writeLevers } from './strategies/canary-strategy.ts';

const maximumAttempts = 6;

export interface LeverChange {
  /** Path of the overlay's kustomization. */
  readonly file: string;
  readonly deployment: string;
  /** The first line of the commit. */
  readonly subject: string;
  readonly actor: string;
  readonly reason: string;
  readonly change: Partial<CanaryLevers>;
}

/**
 * One commit on top of whatever else was committed meanwhile; undefined when Git says so already. Images are not touched, so
 * that no lease is needed: whoever holds it goes on with the rollout that this is about.
 */
export async function commitLevers(
  { repository, clock }: { readonly repository: GitOpsRepository; readonly clock: Clock },
  { file, deployment, subject, actor, reason, change }: LeverChange,
): Promise<string | undefined> {
  const oneLine = (text: string) => text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ').trim();
  const message = `${subject}\n\nBecause of: ${oneLine(reason)}\nAsked by: ${oneLine(actor)}\n`;
  for (let attempt = 1; attempt <= maximumAttempts; attempt += 1) {
    const { revision, content } = await repository.read(file);
    const edited = writeLevers(content, deployment, { ...readLevers(content, deployment), ...change });
    if (edited === content) return undefined;
    const commit = await repository.createCommit(revision, file, edited, message);
    if ((await repository.advance(commit)) === 'advanced') return commit;
    await clock.sleep(100 * 2 ** attempt * (0.5 + Math.random() / 2));
  }
  throw new AppError('UpstreamUnavailableError', `the branch moved ${maximumAttempts} times: try it again`);
}

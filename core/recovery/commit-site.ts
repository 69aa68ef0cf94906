// Starts or stops the services of an environment in the recovery region: one commit to the overlay that its cluster follows.
import type { FailOverPlan } from '../../contracts/workflows/fail-over.ts';
import { AppError } from '../app-error.ts';
import type { Clock } from '../clock.ts';
import type { GitOpsRepository } from '../promotion/commit-promotion.ts';
import { editKustomization } from '../promotion/edit-kustomization.ts';
import { setReplicas } from '../promotion/edit-overlay.ts';

export interface SiteCommit {
  readonly plan: FailOverPlan;
  readonly failOverId: string;
  readonly actor: string;
  readonly action: 'apply' | 'undo';
  /** Deployments of the overlay. */
  readonly deployments: readonly string[];
  /** Of each while the environment runs in the recovery region. */
  readonly runningReplicas: number;
}

const maximumAttempts = 6;

/** Run again it finds that the overlay says so already. @throws AppError `UpstreamUnavailableError` when the branch keeps moving. */
export async function commitSite(
  { repository, clock }: { readonly repository: GitOpsRepository; readonly clock: Pick<Clock, 'sleep'> },
  commit: SiteCommit,
): Promise<{ revision: string; reason: string }> {
  const { plan, deployments } = commit;
  const { file } = plan.overlay;
  const replicas = replicasOf(commit);
  for (let attempt = 1; attempt <= maximumAttempts; attempt += 1) {
    const { revision, content } = await repository.read(file);
    const edited = writeOverlay(content, plan, deployments, replicas);
    if (edited === content) return { revision, reason: `${file} says so already` };
    const made = await repository.createCommit(revision, file, edited, buildMessage(commit, replicas));
    if ((await repository.advance(made)) === 'advanced')
      return { revision: made, reason: `${replicas} of each service in ${file}` };
    await clock.sleep(100 * 2 ** attempt);
  }
  throw new AppError('UpstreamUnavailableError', `the branch moved ${maximumAttempts} times while ${file} was written`);
}

/** To start there means to stop there when it is undone, and the other way round. */
function replicasOf({ plan, action, runningReplicas }: SiteCommit): number {
  const starts = (plan.to === 'recovery') === (action === 'apply');
  return starts ? runningReplicas : 0;
}

/** The images of what was promoted last, and so many pods of each service. */
export function writeOverlay(
  content: string,
  { services }: FailOverPlan,
  deployments: readonly string[],
  replicas: number,
): string {
  const images = services.map(({ image, digest, version }) => ({ image, digest, tag: version }));
  const pinned = replicas === 0 ? content : editKustomization(content, images);
  return deployments.reduce((text, name) => setReplicas(text, name, replicas), pinned);
}

function buildMessage({ plan, failOverId, actor, action }: SiteCommit, replicas: number): string {
  const verb = replicas > 0 ? 'Start' : 'Stop';
  return [
    `${verb} ${plan.environment} in the recovery region`,
    '',
    action === 'undo'
      ? 'The move was not completed: what it had changed is taken back.'
      : `It moves to the ${plan.to} region.`,
    '',
    `Fail-Over: ${failOverId}`,
    `Requested-By: ${actor.replace(/[\p{Cc}\p{Cf}]+/gu, ' ')}`,
    '',
  ].join('\n');
}

// Shows a promotion in GitHub: a deployment with its statuses, and a status of the commit.
import * as z from 'zod/mini';
import type { Promotion } from '../../contracts/workflows/promotion.ts';
import { describeAnswer, type GitHubAnswer, type GitHubClient } from './github-client.ts';
import { split } from './github-source-repository.ts';

export type ProgressState = 'in_progress' | 'success' | 'failure' | 'error' | 'inactive';

export interface Progress {
  readonly state: ProgressState;
  readonly description: string;
  readonly deploymentId: number | undefined;
  readonly url: string | undefined;
}

const commitStates: Readonly<Record<ProgressState, string>> = {
  in_progress: 'pending',
  success: 'success',
  failure: 'failure',
  error: 'error',
  inactive: 'error',
};

/** GitHub cuts no text itself: it refuses a description beyond this. */
const maximumDescriptionLength = 140;

/** Shows as much as GitHub lets us and returns the rest as problems in words. */
export async function showProgress(
  gitHub: GitHubClient,
  promotion: Promotion,
  progress: Progress,
): Promise<{ readonly deploymentId: number | undefined; readonly problems: string[] }> {
  const problems: string[] = [];
  if (!/^[0-9a-f]{40,64}$/.test(promotion.commit)) return { deploymentId: progress.deploymentId, problems };
  const base = split(promotion.repository);
  const description = cut(progress.description);
  const link = progress.url ?? promotion.url;

  const deploymentId = progress.deploymentId ?? (await findDeployment()) ?? (await createDeployment());
  if (deploymentId !== undefined) {
    await attempt('the deployment status', 'POST /repos/{owner}/{repo}/deployments/{deployment_id}/statuses', {
      deployment_id: deploymentId,
      state: progress.state,
      description,
      environment: promotion.environment,
      auto_inactive: progress.state === 'success',
      ...(link === undefined ? {} : { log_url: link }),
    });
  }
  await attempt('the commit status', 'POST /repos/{owner}/{repo}/statuses/{sha}', {
    sha: promotion.commit,
    state: commitStates[progress.state],
    context: `deployment/${promotion.environment}`,
    description,
    ...(link === undefined ? {} : { target_url: link }),
  });
  return { deploymentId, problems };

  /** A step that is repeated because nobody heard of its first success must not leave a deployment behind that never ends. */
  async function findDeployment(): Promise<number | undefined> {
    const answer = await attempt('the question for its deployments', 'GET /repos/{owner}/{repo}/deployments', {
      sha: promotion.commit,
      environment: promotion.environment,
      per_page: 100,
    });
    const known = deploymentsSchema.safeParse(answer?.data);
    return known.data?.find(({ payload }) => payload.promotionId === promotion.promotionId)?.id;
  }

  async function createDeployment(): Promise<number | undefined> {
    const answer = await attempt('the deployment', 'POST /repos/{owner}/{repo}/deployments', {
      ref: promotion.commit,
      environment: promotion.environment,
      description: cut(promotion.reason),
      auto_merge: false,
      required_contexts: [],
      payload: { promotionId: promotion.promotionId, services: promotion.services.map(({ name }) => name) },
    });
    const parsed = z.object({ id: z.number() }).safeParse(answer?.data);
    return parsed.success ? parsed.data.id : undefined;
  }

  async function attempt(what: string, route: string, parameters: object): Promise<GitHubAnswer | undefined> {
    try {
      const answer = await gitHub(route, { ...base, ...parameters });
      if (answer.status < 300) return answer;
      problems.push(`GitHub took not ${what}: ${describeAnswer(answer)}`);
    } catch (error) {
      problems.push(`GitHub took not ${what}: ${error instanceof Error ? error.message : String(error)}`);
    }
    return undefined;
  }
}

const deploymentsSchema = z.array(
  z.object({ id: z.number(), payload: z.catch(z.object({ promotionId: z.optional(z.string()) }), {}) }),
);

function cut(text: string): string {
  return text.length <= maximumDescriptionLength ? text : `${text.slice(0, maximumDescriptionLength - 1)}…`;
}

// Lists what GitHub tried to deliver and asks for it again: of the App's own webhook, or of the webhooks of repositories.
import * as z from 'zod/mini';
import { AppError } from '../../core/app-error.ts';
import type { DeliveryAttempt } from '../../core/ingress/decide-redeliveries.ts';
import type { WebhookDeliveries } from '../../core/ingress/redeliver-failed.ts';
import type { GitHubConnection } from './connect-github.ts';
import { describeAnswer, type GitHubAnswer, type GitHubClient } from './github-client.ts';
import { parseAnswer } from './github-source-repository.ts';

const attemptsSchema = z.array(
  z.object({ id: z.number(), guid: z.string(), delivered_at: z.string(), status_code: z.number() }),
);
const hooksSchema = z.array(z.object({ id: z.number(), config: z.object({ url: z.optional(z.string()) }) }));

const pageSize = 100;
/** 20 pages are 2,000 attempts: more in three days is nothing that redelivery can mend. */
const maximumPages = 20;

/** Every webhook that leads to us: the App's own one, or with a plain token those of the repositories. */
export async function findWebhooks(
  { secret, client, appClient }: Pick<GitHubConnection, 'secret' | 'client' | 'appClient'>,
  owner: string,
  repositories: readonly string[],
): Promise<WebhookDeliveries[]> {
  if (!('token' in (await secret.read()))) return [createAppDeliveries(appClient)];
  const found = await Promise.all(
    repositories.map(async (repository) => await findRepositoryDeliveries(client, owner, repository)),
  );
  return found.flat();
}

/** The webhook of the App that `gitHub` authenticates as. */
export function createAppDeliveries(gitHub: GitHubClient): WebhookDeliveries {
  return createDeliveries('the App', gitHub, '/app/hook', {});
}

/** The webhooks of a repository that lead to us. */
export async function findRepositoryDeliveries(
  gitHub: GitHubClient,
  owner: string,
  repository: string,
): Promise<WebhookDeliveries[]> {
  const base = { owner, repo: repository };
  const answer = await gitHub('GET /repos/{owner}/{repo}/hooks', { ...base, per_page: pageSize });
  return parseAnswer(hooksSchema, answer)
    .filter(({ config }) => config.url?.replace(/\/+$/, '').endsWith('/webhooks/github'))
    .map(({ id }) =>
      createDeliveries(`${owner}/${repository}`, gitHub, '/repos/{owner}/{repo}/hooks/{hook_id}', {
        ...base,
        hook_id: id,
      }),
    );
}

/** @see https://docs.github.com/rest/repos/webhooks#list-deliveries-for-a-repository-webhook */
function createDeliveries(name: string, gitHub: GitHubClient, prefix: string, base: object): WebhookDeliveries {
  return {
    name,
    async list(since) {
      const attempts: DeliveryAttempt[] = [];
      let cursor: string | undefined;
      for (let page = 0; page < maximumPages; page += 1) {
        const parameters = { ...base, per_page: pageSize, ...(cursor === undefined ? {} : { cursor }) };
        const answer = await gitHub(`GET ${prefix}/deliveries`, parameters);
        const found = parseAnswer(attemptsSchema, answer);
        for (const { id, guid, delivered_at: deliveredAt, status_code: statusCode } of found) {
          attempts.push({ id, guid, deliveredAt, statusCode });
        }
        cursor = findNextCursor(answer);
        const last = found.at(-1);
        if (cursor === undefined || last === undefined || Date.parse(last.delivered_at) < since) break;
      }
      return attempts;
    },
    async redeliver({ id }) {
      const answer = await gitHub(`POST ${prefix}/deliveries/{delivery_id}/attempts`, { ...base, delivery_id: id });
      if (answer.status >= 300)
        throw new AppError('UpstreamUnavailableError', `GitHub does not redeliver ${id}: ${describeAnswer(answer)}`);
    },
  };
}

function findNextCursor({ headers }: GitHubAnswer): string | undefined {
  const [, next] = /<([^>]+)>;\s*rel="next"/.exec(String(headers.link ?? '')) ?? [];
  return next === undefined ? undefined : (new URL(next, 'https://localhost').searchParams.get('cursor') ?? undefined);
}

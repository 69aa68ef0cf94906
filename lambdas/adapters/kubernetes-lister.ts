// Lists whole collections of a cluster in pages: waits when it is asked to slow down, begins anew when the list has expired.
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod/mini';
import { AppError } from '../../core/app-error.ts';
import { type KubernetesObject, kubernetesObjectSchema } from '../../core/configuration-backup/describe-object.ts';
import { AnswerTooLargeError, type KubernetesAnswer, type KubernetesClient } from './kubernetes-client.ts';

const pageSchema = z.object({
  metadata: z.optional(z.object({ continue: z.optional(z.string()) })),
  items: z.array(kubernetesObjectSchema),
});

const pageSize = 500;
const maximumTries = 5;
/** A list of a quiet namespace never expires; one that does so again and again belongs to a cluster that is not well. */
const maximumRestarts = 3;

/** Undefined when the cluster does not know the kind. @throws AppError naming what the cluster answered. */
export async function listCollection(
  client: KubernetesClient,
  path: string,
  { query = {}, waitMilliseconds = 500 }: { query?: Readonly<Record<string, string>>; waitMilliseconds?: number } = {},
): Promise<readonly KubernetesObject[] | undefined> {
  for (let restart = 0; restart <= maximumRestarts; restart += 1) {
    const items: KubernetesObject[] = [];
    let token: string | undefined;
    let limit = pageSize;
    let expired = false;
    do {
      const answer = await askPage(client, path, { ...query, continue: token }, limit, waitMilliseconds);
      if (answer.status === 404) return undefined;
      // The snapshot that the pages are of is gone: what was read so far is no list of one moment.
      if (answer.status === 410) {
        expired = true;
        break;
      }
      limit = answer.limit;
      const page = parsePage(path, answer);
      items.push(...page.items);
      token = page.metadata?.continue;
    } while (token !== undefined && token !== '');
    if (!expired) return items;
  }
  throw new AppError(
    'UpstreamUnavailableError',
    `the list of ${path} expired ${maximumRestarts + 1} times before its end`,
  );
}

async function askPage(
  client: KubernetesClient,
  path: string,
  query: Readonly<Record<string, string | undefined>>,
  limit: number,
  waitMilliseconds: number,
): Promise<KubernetesAnswer & { readonly limit: number }> {
  let size = limit;
  for (let attempt = 1; ; attempt += 1) {
    const pairs = Object.entries({ ...query, limit: String(size) }).filter(
      (pair): pair is [string, string] => pair[1] !== undefined,
    );
    try {
      const answer = await client({ method: 'GET', path: `${path}?${new URLSearchParams(pairs)}` });
      const mayPass = answer.status === 429 || answer.status >= 500;
      if (!mayPass || attempt === maximumTries) return { ...answer, limit: size };
    } catch (error) {
      const isTooLarge = error instanceof AppError && error.cause instanceof AnswerTooLargeError && size > 1;
      // Ten objects of the largest size fill an answer; fewer of them are asked for from now on.
      if (isTooLarge) size = Math.max(1, Math.floor(size / 10));
      if (!isTooLarge && attempt === maximumTries) throw error;
    }
    await sleep(waitMilliseconds * 2 ** (attempt - 1));
  }
}

function parsePage(path: string, { status, body }: KubernetesAnswer): z.output<typeof pageSchema> {
  if (status === 401 || status === 403)
    throw new AppError(
      'ForbiddenError',
      `the cluster answered ${status} to the list of ${path}: apply gitops/platform/configuration-backups.yaml`,
    );
  if (status === 429) throw new AppError('ThrottledError', `the cluster asks to slow down over the list of ${path}`);
  if (status !== 200) throw new AppError('UpstreamUnavailableError', `the cluster answered ${status} to ${path}`);
  const result = pageSchema.safeParse(JSON.parse(body));
  if (result.success) return result.data;
  throw new AppError('UpstreamUnavailableError', `the cluster answered ${path} with something else than a list`);
}

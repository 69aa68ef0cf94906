// The Jobs that drills have started, found by their label: removed together with their pods.
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../core/app-error.ts';
import { drillLabel } from '../../core/recovery/build-drill-job.ts';
import type { KubernetesAnswer, KubernetesClient } from './kubernetes-client.ts';

interface Named {
  readonly metadata: { readonly name: string };
}

const looks = 20;
const waitMilliseconds = 500;

/** Names what was there, and what is still there after ten seconds: a process that does not end could make a database anew. */
export async function removeDrillJobs(
  client: KubernetesClient,
  namespace: string,
): Promise<{ readonly removed: readonly string[]; readonly left: readonly string[] }> {
  const jobs = `/apis/batch/v1/namespaces/${namespace}/jobs`;
  const removed = await list(client, jobs);
  for (const name of removed) {
    const path = `${jobs}/${encodeURIComponent(name)}?propagationPolicy=Background`;
    const answer = await client({ method: 'DELETE', path });
    if (answer.status !== 404) expectSuccess(answer, `removing Job ${name}`);
  }
  for (let look = 1; ; look += 1) {
    const left = [
      ...(await list(client, jobs)).map((name) => `Job ${name}`),
      ...(await list(client, `/api/v1/namespaces/${namespace}/pods`)).map((name) => `pod ${name}`),
    ];
    if (left.length === 0 || look === looks) return { removed: removed.map((name) => `Job ${name}`), left };
    await sleep(waitMilliseconds);
  }
}

async function list(client: KubernetesClient, path: string): Promise<string[]> {
  const answer = await client({ method: 'GET', path: `${path}?labelSelector=${encodeURIComponent(drillLabel)}` });
  expectSuccess(answer, `listing ${path}`);
  return (JSON.parse(answer.body) as { items: readonly Named[] }).items.map(({ metadata }) => metadata.name);
}

function expectSuccess({ status, body }: KubernetesAnswer, what: string): void {
  if (status < 300) return;
  const name = status === 401 || status === 403 ? 'ForbiddenError' : 'UpstreamUnavailableError';
  throw new AppError(name, `${what} was answered with ${status}: ${body.slice(0, 300)}`);
}

// Kubernetes Jobs: created once by their name, and read.
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../core/app-error.ts';
import type { AgentJobs } from '../../core/backups/agent-jobs.ts';
import type { KubernetesAnswer, KubernetesClient } from './kubernetes-client.ts';

interface Job {
  readonly status?: {
    readonly active?: number;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason?: string;
      readonly message?: string;
    }[];
  };
}

const removalLooks = 40;
const removalPauseMilliseconds = 500;

export function createKubernetesJobs(clusterOf: (name: string) => KubernetesClient): AgentJobs {
  const pathOf = (namespace: string): string => `/apis/batch/v1/namespaces/${namespace}/jobs`;
  return {
    async create({ cluster, namespace, manifest }) {
      const answer = await clusterOf(cluster)({
        method: 'POST',
        path: pathOf(namespace),
        body: JSON.stringify(manifest),
        contentType: 'application/json',
      });
      // There already: an earlier attempt of the same step has created it.
      if (answer.status !== 409) expectSuccess(answer, `creating a Job in ${namespace}`);
    },
    async remove({ cluster, namespace, name }) {
      const path = `${pathOf(namespace)}/${encodeURIComponent(name)}`;
      // In the foreground: the Job goes when its pods are gone.
      const answer = await clusterOf(cluster)({ method: 'DELETE', path: `${path}?propagationPolicy=Foreground` });
      if (answer.status === 404) return;
      expectSuccess(answer, `removing Job ${name}`);
      for (let look = 1; look <= removalLooks; look += 1) {
        if ((await clusterOf(cluster)({ method: 'GET', path })).status === 404) return;
        await sleep(removalPauseMilliseconds);
      }
      throw new AppError(
        'UpstreamUnavailableError',
        `Job ${name} in ${namespace} is being removed, and is still there`,
      );
    },
    async read({ cluster, namespace, name }) {
      const answer = await clusterOf(cluster)({
        method: 'GET',
        path: `${pathOf(namespace)}/${encodeURIComponent(name)}`,
      });
      if (answer.status === 404) return { status: 'missing', reason: `Job ${name} is not there: somebody deleted it` };
      expectSuccess(answer, `reading Job ${name}`);
      const { status = {} } = JSON.parse(answer.body) as Job;
      const end = status.conditions?.find(
        (condition) => ['Complete', 'Failed'].includes(condition.type) && condition.status === 'True',
      );
      if (end === undefined) return { status: 'running', reason: '' };
      return {
        status: end.type === 'Complete' ? 'succeeded' : 'failed',
        reason: `${end.reason ?? ''}: ${end.message ?? ''}`,
      };
    },
  };
}

function expectSuccess({ status, body }: KubernetesAnswer, what: string): void {
  if (status >= 200 && status < 300) return;
  const { message = '' } = parseStatus(body);
  if (status === 401 || status === 403) throw new AppError('ForbiddenError', `the cluster refuses ${what}: ${message}`);
  if (status === 429) throw new AppError('ThrottledError', `the cluster asks to slow down while ${what}`);
  if (status >= 500) throw new AppError('UpstreamUnavailableError', `${what} was answered with ${status}: ${message}`);
  throw new AppError('InvalidInputError', `${what} was answered with ${status}: ${message}`);
}

function parseStatus(body: string): { readonly message?: string } {
  try {
    return JSON.parse(body) as { message?: string };
  } catch {
    return {};
  }
}

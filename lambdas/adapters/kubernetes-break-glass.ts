// Pins images past Git: in Argo CD's Application, and in the Deployment itself.
import * as z from 'zod/mini';
import { AppError } from '../../core/app-error.ts';
import type { BreakGlassCluster, Pin } from '../../core/rollback/break-glass.ts';
import type { KubernetesAnswer, KubernetesClient } from './kubernetes-client.ts';
import { applicationPath, parseKubernetesAnswer, repositoryOf, segment } from './kubernetes-rollout-reader.ts';

const applicationSchema = z.object({
  metadata: z.object({ resourceVersion: z.string() }),
  spec: z.object({
    source: z.object({ kustomize: z.nullish(z.looseObject({ images: z.nullish(z.array(z.string())) })) }),
  }),
  status: z.optional(z.object({ sync: z.optional(z.object({ revision: z.optional(z.string()) })) })),
});

const deploymentSchema = z.object({
  spec: z.object({
    template: z.object({ spec: z.object({ containers: z.array(z.object({ name: z.string(), image: z.string() })) }) }),
  }),
});

/**
 * `spec.source.kustomize.images` is a parameter of the Application: auto-sync syncs once for each commit *and* set of parameters, and
 * self-heal compares with what the parameters make of Git. So the override stays in force while auto-sync stays on.
 * @see https://argo-cd.readthedocs.io/en/stable/user-guide/auto_sync/
 */
export function createBreakGlassCluster(
  client: KubernetesClient,
  application: { readonly namespace: string; readonly name: string },
): BreakGlassCluster {
  const path = applicationPath(application.namespace, application.name);
  const what = `application ${application.namespace}/${application.name}`;
  return {
    async overrideImages(pins) {
      const ours = pins.map(({ entry }) => entry);
      return await editImages((images) => [
        ...images.filter((image) => !ours.includes(entryOf(image))),
        ...new Set(pins.map(overrideOf)),
      ]);
    },

    async removeOverrides(pins) {
      const ours = pins.map(overrideOf);
      await editImages((images) => images.filter((image) => !ours.includes(image)));
    },

    async setImage({ namespace, deployment, image, digest }) {
      const at = `/apis/apps/v1/namespaces/${segment(namespace)}/deployments/${segment(deployment)}`;
      const asked = await client({ method: 'GET', path: at });
      // A strategy may name its workloads differently: then the override alone has to do.
      if (asked.status === 404) return;
      const { spec } = parseKubernetesAnswer(deploymentSchema, asked, `deployment ${namespace}/${deployment}`);
      const containers = spec.template.spec.containers
        .filter((container) => repositoryOf(container.image) === image)
        .map(({ name }) => ({ name, image: `${image}@${digest}` }));
      if (containers.length === 0) return;
      const body = JSON.stringify({ spec: { template: { spec: { containers } } } });
      const contentType = 'application/strategic-merge-patch+json';
      const answer = await client({ method: 'PATCH', path: at, contentType, body });
      parseKubernetesAnswer(z.unknown(), answer, `deployment ${namespace}/${deployment}`);
    },
  };

  /** Conditional on what was read: an edit of somebody else's in between is not lost, the step is tried again. */
  async function editImages(edit: (images: readonly string[]) => string[]): Promise<string> {
    const read = parseKubernetesAnswer(applicationSchema, await client({ method: 'GET', path }), what);
    const { metadata, spec, status } = read;
    const before = spec.source.kustomize?.images ?? [];
    const after = edit(before);
    const revision = status?.sync?.revision ?? 'unknown';
    if (after.length === before.length && after.every((entry) => before.includes(entry))) return revision;
    const { images: _, ...others } = spec.source.kustomize ?? {};
    const kustomize =
      after.length === 0 ? (Object.keys(others).length === 0 ? null : { images: null }) : { images: after };
    const body = JSON.stringify({
      metadata: { resourceVersion: metadata.resourceVersion, annotations: { 'argocd.argoproj.io/refresh': 'normal' } },
      spec: { source: { kustomize } },
    });
    const answer = await client({ method: 'PATCH', path, contentType: 'application/merge-patch+json', body });
    if (isConflict(answer)) throw new AppError('UpstreamUnavailableError', `${what} was changed at the same moment`);
    parseKubernetesAnswer(z.unknown(), answer, what);
    return revision;
  }
}

/** As Argo CD writes it: `name@digest`, or `name=image@digest` where the overlay has a name of its own for it. */
function overrideOf({ entry, image, digest }: Pin): string {
  return entry === image ? `${image}@${digest}` : `${entry}=${image}@${digest}`;
}

function entryOf(override: string): string {
  return override.includes('=') ? override.slice(0, override.indexOf('=')) : repositoryOf(override);
}

function isConflict({ status }: KubernetesAnswer): boolean {
  return status === 409;
}

// What to do about a real cluster that lacks what an administrator applies to it once.
import { relative } from 'node:path';
import type { MissingObject } from '../local/world/kubernetes/real-cluster/list-missing-objects.ts';

/** The objects and the commands that create them; nothing when none is missing. */
export function renderMissingObjects(context: string, missing: readonly MissingObject[]): string {
  if (missing.length === 0) return '';
  const objects = missing.map(
    ({ kind, namespace, name }) => `  ${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`,
  );
  const manifests = [...new Set(missing.map(({ manifest }) => relative(process.cwd(), manifest)))];
  return [
    `The cluster of context ${context} lacks`,
    ...objects,
    '',
    'Argo CD has to be installed there. Then apply, once, as an administrator:',
    ...manifests.map((manifest) => `  kubectl --context ${context} apply -f ${manifest}`),
    '',
    'Each Application names in spec.source.repoURL the GitOps repository, which that Argo CD has to reach.',
  ].join('\n');
}

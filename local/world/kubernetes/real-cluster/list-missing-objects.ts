// What an administrator applies to a cluster once: which objects of which manifests are not there yet.
import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import type { KubeContext } from './open-kube-context.ts';
import { findInCluster } from './send-to-cluster.ts';

export interface MissingObject {
  readonly kind: string;
  readonly namespace: string | undefined;
  readonly name: string;
  /** The file that holds it. */
  readonly manifest: string;
}

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

/** Read with the kubeconfig's own user. @throws StatusError when the cluster cannot be asked. */
export async function listMissingObjects(
  context: KubeContext,
  manifests: readonly string[],
): Promise<readonly MissingObject[]> {
  const missing: MissingObject[] = [];
  for (const manifest of manifests) {
    for (const document of parseAllDocuments(readFileSync(manifest, 'utf8'))) {
      const object = document.toJS() as Manifest;
      const { name, namespace } = object.metadata;
      if ((await findInCluster(context, pathOf(object))) === undefined)
        missing.push({ kind: object.kind, namespace, name, manifest });
    }
  }
  return missing;
}

/** All the kinds in those manifests have the plain plural. */
function pathOf({ apiVersion, kind, metadata: { name, namespace } }: Manifest): string {
  const group = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const scope = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  return `${group}${scope}/${kind.toLowerCase()}s/${encodeURIComponent(name)}`;
}

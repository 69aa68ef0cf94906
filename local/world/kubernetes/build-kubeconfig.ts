// A kubeconfig for one cluster, one user, one context.
import { stringify } from 'yaml';

/** YAML; the context has the cluster's name. */
export function buildKubeconfig(cluster: {
  name: string;
  url: string;
  certificateAuthorityData: string;
  token: string;
}): string {
  const { name, url, certificateAuthorityData, token } = cluster;
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server: url, 'certificate-authority-data': certificateAuthorityData } }],
    users: [{ name: `${name}-admin`, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: `${name}-admin` } }],
    'current-context': name,
  });
}

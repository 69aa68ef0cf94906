// A context of the user's kubeconfig: where its API server is and how to be let in there.
import type { RequestOptions } from 'node:https';

export interface KubeContext {
  readonly name: string;
  /** Of the API server. */
  readonly serverUrl: string;
  /** Credentials, certificates and proxy, as kubectl would use them; asked for each request, since tokens expire. */
  buildRequestOptions(): Promise<RequestOptions>;
}

/** What the library invents when there is no kubeconfig at all. */
const madeUpContext = 'loaded-context';

/**
 * Reads KUBECONFIG, else ~/.kube/config, as kubectl does: client certificates, tokens, exec plugins.
 * @throws Error naming the contexts that there are, when it is not one of them.
 */
export async function openKubeContext(name: string): Promise<KubeContext> {
  // Half a second of generated code, needed by nobody else.
  const { KubeConfig } = await import('@kubernetes/client-node');
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromDefault();
  if (kubeConfig.getContextObject(name) === null || name === madeUpContext) {
    const known = kubeConfig.getContexts().flatMap((context) => (context.name === madeUpContext ? [] : [context.name]));
    throw new Error(
      `the kubeconfig has no context ${name}, it has ${known.join(', ') || 'none'}: see kubectl config get-contexts, or set KUBECONFIG`,
    );
  }
  kubeConfig.setCurrentContext(name);
  const cluster = kubeConfig.getCurrentCluster();
  if (cluster === null) throw new Error(`context ${name} of the kubeconfig names a cluster that is not in it`);
  return {
    name,
    serverUrl: cluster.server,
    async buildRequestOptions() {
      const options: RequestOptions = {};
      await kubeConfig.applyToHTTPSOptions(options);
      return options;
    },
  };
}

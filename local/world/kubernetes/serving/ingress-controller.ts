// Ingresses: one TLS listener of the cluster for all their hosts; it loads a renewed Secret at once, as ingress-nginx does.
import type { SecureContext } from 'node:tls';
import type { TlsSecret } from '../cert-manager/resources.ts';
import { type ControllerContext, startController } from '../controllers/controller.ts';
import { ingresses, secrets } from '../resources/built-in-types.ts';
import type { Ingress } from '../resources/workload-types.ts';
import type { ServedNamesBook } from './served-names.ts';
import { buildContext, startTlsListener, type TlsListener } from './tls-listener.ts';

const source = 'ingress';

/** Runs until the cluster stops. */
export function startIngressController(context: ControllerContext, served: ServedNamesBook): void {
  const { registry, stopped } = context;
  let listener: Promise<TlsListener> | undefined;
  const loaded = new Map<string, { readonly version: string; readonly context: SecureContext | undefined }>();

  function load(namespace: string | undefined, name: string): SecureContext | undefined {
    const secret = registry.find<TlsSecret>(secrets, namespace, name);
    const key = `${namespace}/${name}`;
    const version = secret?.metadata.resourceVersion ?? '';
    const known = loaded.get(key);
    if (known?.version === version) return known.context;
    const made = buildContext(secret);
    loaded.set(key, { version, context: made });
    return made;
  }

  const findContext = (host: string): SecureContext | undefined => {
    for (const { metadata, spec } of registry.list<Ingress>(ingresses)) {
      const entry = spec.tls?.find(({ hosts = [] }) => hosts.includes(host));
      if (entry?.secretName !== undefined) return load(metadata.namespace, entry.secretName);
    }
    return undefined;
  };

  startController(context, {
    name: 'ingress-controller',
    type: ingresses,
    reconcile: async () => {
      listener ??= startTlsListener(findContext);
      const { address } = await listener;
      const hosts = registry
        .list<Ingress>(ingresses)
        .flatMap(({ spec }) => (spec.tls ?? []).flatMap((entry) => entry.hosts ?? []));
      served.set(source, new Map(hosts.map((host) => [`${host}:443`, [address]])));
    },
  });
  stopped.addEventListener('abort', () => void listener?.then((open) => open.close()));
}

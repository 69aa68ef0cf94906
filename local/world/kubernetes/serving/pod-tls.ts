// Pods that mount a TLS Secret and have a port named `https`: each one serves what it has loaded, which may be old.
import type { SecureContext } from 'node:tls';
import type { TlsSecret } from '../cert-manager/resources.ts';
import { type ControllerContext, type ControllerQueue, keyOf, startController } from '../controllers/controller.ts';
import { listReadyPods } from '../controllers/endpoints-controller.ts';
import { isReady } from '../controllers/pod-state.ts';
import type { ImageBehaviour } from '../pods/image-behaviour.ts';
import { pods, secrets, services } from '../resources/built-in-types.ts';
import type { Pod, Service } from '../resources/workload-types.ts';
import type { ServedNamesBook } from './served-names.ts';
import { buildContext, startTlsListener, type TlsListener } from './tls-listener.ts';

/** The kubelet brings a changed Secret into the pod within about a minute. */
const reloadMilliseconds = 60_000;
/** By which external-dns gives a Service its name. */
const hostnameAnnotation = 'external-dns.alpha.kubernetes.io/hostname';

interface ServingPod {
  readonly listener: TlsListener;
  context: SecureContext;
  /** Of the Secret that was loaded. */
  version: string;
  reloadAt?: number;
}

/** Runs until the cluster stops. A restarted cluster's pods load what their Secrets hold then. */
export function startPodTls(
  context: ControllerContext,
  served: ServedNamesBook,
  behaviourOf: (image: string) => ImageBehaviour,
): void {
  const { registry, stopped } = context;
  const serving = new Map<string, ServingPod>();

  startController(context, {
    name: 'pod-tls',
    type: pods,
    relate: ({ resource, object }) => {
      // A Service may be made after its pods, and under another name.
      if (resource === '/services') return listReadyPods(registry, object as Service).map(keyOf);
      if (resource !== '/secrets') return [];
      const mounting = registry.list<Pod>(pods, object.metadata.namespace);
      return mounting.filter((pod) => findTlsSecretName(pod) === object.metadata.name).map(keyOf);
    },
    reconcile: async ({ namespace, name }, queue) => {
      const key = `${namespace}/${name}`;
      const pod = registry.find<Pod>(pods, namespace, name);
      if (pod === undefined || !isReady(pod)) stop(key);
      else await serve(key, pod, queue);
      if (pod === undefined || findTlsSecretName(pod) !== undefined) publish(namespace);
    },
  });

  async function serve(key: string, pod: Pod, queue: ControllerQueue): Promise<void> {
    const secretName = findTlsSecretName(pod);
    if (secretName === undefined) return;
    const secret = registry.find<TlsSecret>(secrets, pod.metadata.namespace, secretName);
    const current = serving.get(key);
    if (current === undefined) {
      const loaded = buildContext(secret);
      if (secret === undefined || loaded === undefined) return;
      const state = { context: loaded, version: secret.metadata.resourceVersion };
      const listener = await startTlsListener(() => serving.get(key)?.context);
      if (stopped.aborted) listener.close();
      else serving.set(key, { ...state, listener });
      return;
    }
    const image = pod.spec.containers[0]?.image ?? '';
    const isRenewed = secret !== undefined && secret.metadata.resourceVersion !== current.version;
    if (!isRenewed || !behaviourOf(image).reloadsCertificates) return;
    current.reloadAt ??= context.clock.now() + reloadMilliseconds;
    if (context.clock.now() < current.reloadAt) {
      queue.addAt(keyOf(pod), current.reloadAt);
      return;
    }
    current.context = buildContext(secret) ?? current.context;
    current.version = secret.metadata.resourceVersion;
    delete current.reloadAt;
  }

  function stop(key: string): void {
    serving.get(key)?.listener.close();
    serving.delete(key);
  }

  /** The names of the namespace's Services, with an address for each pod behind them that serves. */
  function publish(namespace: string): void {
    const named = registry.list<Service>(services, namespace).flatMap((service) => {
      const host = service.metadata.annotations?.[hostnameAnnotation];
      const port = service.spec.ports?.find(({ name }) => name === 'https')?.port;
      return host === undefined || port === undefined ? [] : [{ name: `${host}:${port}`, service }];
    });
    const entries = named.flatMap(({ name, service }) => {
      const addresses = listReadyPods(registry, service).flatMap(({ metadata }) => {
        const open = serving.get(`${namespace}/${metadata.name}`);
        return open === undefined ? [] : [open.listener.address];
      });
      return addresses.length === 0 ? [] : [[name, addresses] as const];
    });
    served.set(`pods of ${namespace}`, new Map(entries));
  }

  stopped.addEventListener('abort', () => {
    for (const key of [...serving.keys()]) stop(key);
  });
}

/** The Secret that a container with a port named `https` mounts. */
function findTlsSecretName({ spec }: Pod): string | undefined {
  const container = spec.containers.find(({ ports }) => ports?.some(({ name }) => name === 'https'));
  const mounted = new Set(container?.volumeMounts?.map(({ name }) => name));
  return spec.volumes?.find(({ name, secret }) => secret !== undefined && mounted.has(name))?.secret?.secretName;
}

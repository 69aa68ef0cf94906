// Namespaces: a default service account in each; a terminating one is emptied, then goes.
import { namespaces, serviceAccounts } from '../resources/built-in-types.ts';
import { isJsonObject, type KubernetesObject } from '../resources/kubernetes-object.ts';
import { type ControllerContext, startController } from './controller.ts';

export function startNamespaceController(context: ControllerContext): void {
  const { registry } = context;
  startController(context, {
    name: 'namespace-controller',
    type: namespaces,
    relate: ({ type, object }) =>
      type === 'DELETED' && object.metadata.namespace ? [{ namespace: '', name: object.metadata.namespace }] : [],
    reconcile: ({ name }) => {
      const namespace = registry.find(namespaces, '', name);
      if (!namespace) return;
      if (namespace.metadata.deletionTimestamp) empty(context, namespace);
      else if (!registry.find(serviceAccounts, name, 'default'))
        registry.create(serviceAccounts, { metadata: { name: 'default', namespace: name } });
    },
  });
}

function empty({ registry }: ControllerContext, namespace: KubernetesObject): void {
  const { name } = namespace.metadata;
  const namespaced = registry.types.all().filter((type) => type.namespaced);
  for (const type of namespaced)
    for (const object of registry.list(type, name))
      if (!object.metadata.deletionTimestamp)
        registry.delete(type, name, object.metadata.name, { propagationPolicy: 'Background' });
  if (namespaced.some((type) => registry.list(type, name).length > 0)) return;
  registry.update(namespaces, '', name, (current) => {
    current.spec = { ...(isJsonObject(current.spec) ? current.spec : {}), finalizers: [] };
  });
}

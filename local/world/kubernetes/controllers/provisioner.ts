// What the cloud provides at once: volumes for claims, addresses for ingresses and load balancers.
import { ingresses, persistentVolumeClaims, services } from '../resources/built-in-types.ts';
import { isJsonObject, type KubernetesObject } from '../resources/kubernetes-object.ts';
import type { ResourceType } from '../resources/resource-type.ts';
import { type ControllerContext, startController } from './controller.ts';

export function startProvisioner(context: ControllerContext): void {
  provide(context, persistentVolumeClaims, (claim) => {
    const spec = isJsonObject(claim.spec) ? claim.spec : {};
    const requests = isJsonObject(spec.resources) ? spec.resources.requests : undefined;
    return { phase: 'Bound', accessModes: spec.accessModes ?? ['ReadWriteOnce'], capacity: requests ?? {} };
  });
  provide(context, ingresses, () => ({ loadBalancer: { ingress: [{ hostname: 'localhost' }] } }));
  provide(context, services, (service) =>
    isJsonObject(service.spec) && service.spec.type === 'LoadBalancer'
      ? { loadBalancer: { ingress: [{ hostname: 'localhost' }] } }
      : { loadBalancer: {} },
  );
}

function provide(
  context: ControllerContext,
  type: ResourceType,
  buildStatus: (object: KubernetesObject) => object,
): void {
  const { registry } = context;
  startController(context, {
    name: `${type.singular}-provisioner`,
    type,
    reconcile: ({ namespace, name }) => {
      const object = registry.find(type, namespace, name);
      if (!object || object.metadata.deletionTimestamp) return;
      const status = buildStatus(object);
      registry.update(
        type,
        namespace,
        name,
        (current) => {
          current.status = status;
        },
        { subresource: 'status' },
      );
    },
  });
}

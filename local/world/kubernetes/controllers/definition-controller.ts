// CustomResourceDefinitions: established as soon as they are served; their objects go with them.
import { customResourceDefinitions } from '../resources/built-in-types.ts';
import { isJsonObject, type KubernetesObject } from '../resources/kubernetes-object.ts';
import { type ControllerContext, startController } from './controller.ts';

export function startDefinitionController(context: ControllerContext): void {
  const { registry } = context;
  startController(context, {
    name: 'definition-controller',
    type: customResourceDefinitions,
    reconcile: ({ name }) => {
      const definition = registry.find(customResourceDefinitions, '', name);
      if (!definition) return;
      const spec = isJsonObject(definition.spec) ? definition.spec : {};
      const condition = (type: string, reason: string) => ({
        type,
        status: 'True',
        reason,
        lastTransitionTime: definition.metadata.creationTimestamp,
      });
      const status = {
        acceptedNames: spec.names,
        conditions: [condition('NamesAccepted', 'NoConflicts'), condition('Established', 'InitialNamesAccepted')],
        storedVersions: registry.types.addDefinition(definition).servedVersions.slice(0, 1),
      };
      const write = (current: KubernetesObject) => {
        current.status = status;
      };
      registry.update(customResourceDefinitions, '', name, write, { subresource: 'status' });
    },
  });
}

// Which resource types are served: the built-in ones and those that CustomResourceDefinitions add.
import { builtInTypes, customResourceDefinitions } from './built-in-types.ts';
import { parseCustomType } from './custom-type.ts';
import type { KubernetesObject } from './kubernetes-object.ts';
import { parseApiVersion, type ResourceType } from './resource-type.ts';

export class TypeRegistry {
  private readonly types = new Map<string, ResourceType>();

  constructor() {
    for (const type of builtInTypes) this.types.set(`${type.group}/${type.resource}`, type);
  }

  /** Serves (or updates) what a CustomResourceDefinition defines. Throws TypeError for a definition without versions. */
  addDefinition(definition: KubernetesObject): ResourceType {
    const type = parseCustomType(definition);
    this.types.set(`${type.group}/${type.resource}`, type);
    return type;
  }

  /** Stops serving what a deleted CustomResourceDefinition (named `<plural>.<group>`) defined. */
  removeDefinition(name: string): void {
    const dot = name.indexOf('.');
    this.types.delete(`${name.slice(dot + 1)}/${name.slice(0, dot)}`);
  }

  /** By URL parts; undefined when the group, version or resource is not served. */
  find(group: string, version: string, resource: string): ResourceType | undefined {
    const type = this.types.get(`${group}/${resource}`);
    return type?.servedVersions.includes(version) ? type : undefined;
  }

  /** By the apiVersion and kind of an object. */
  findKind(apiVersion: string, kind: string): ResourceType | undefined {
    const { group, version } = parseApiVersion(apiVersion);
    for (const type of this.types.values())
      if (type.group === group && type.kind === kind && type.servedVersions.includes(version)) return type;
    return undefined;
  }

  /** By group and plural name, whatever the version. */
  findResource(group: string, resource: string): ResourceType | undefined {
    return this.types.get(`${group}/${resource}`);
  }

  all(): readonly ResourceType[] {
    return [...this.types.values()];
  }

  /** Whether a type is the one that defines others. */
  isDefinition(type: ResourceType): boolean {
    return type.group === customResourceDefinitions.group && type.resource === customResourceDefinitions.resource;
  }
}

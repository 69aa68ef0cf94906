// Reads the resource type out of a CustomResourceDefinition (apiextensions.k8s.io/v1).
import { isJsonObject, type JsonObject, type KubernetesObject } from './kubernetes-object.ts';
import type { PrinterColumn, ResourceType, ScalePaths } from './resource-type.ts';

interface DefinitionVersion {
  name: string;
  served: boolean;
  storage: boolean;
  schema?: { openAPIV3Schema?: JsonObject };
  subresources?: { status?: JsonObject; scale?: ScalePaths };
  additionalPrinterColumns?: PrinterColumn[];
  selectableFields?: { jsonPath: string }[];
}

interface DefinitionSpec {
  group: string;
  scope: 'Namespaced' | 'Cluster';
  names: {
    plural: string;
    singular?: string;
    kind: string;
    shortNames?: string[];
    categories?: string[];
  };
  versions: DefinitionVersion[];
}

/** The type a definition adds. Throws TypeError when names or versions are missing. */
export function parseCustomType(definition: KubernetesObject): ResourceType {
  const spec = definition.spec as DefinitionSpec | undefined;
  const names = spec?.names;
  if (!spec || !isJsonObject(names) || !Array.isArray(spec.versions))
    throw new TypeError(`custom resource definition "${definition.metadata.name}" lacks spec.names or spec.versions`);
  const stored = spec.versions.find((version) => version.storage) ?? spec.versions[0];
  if (!stored) throw new TypeError(`custom resource definition "${definition.metadata.name}" has no version`);
  const scale = stored.subresources?.scale;
  return {
    group: spec.group,
    version: stored.name,
    servedVersions: spec.versions.filter((version) => version.served).map((version) => version.name),
    resource: names.plural,
    singular: names.singular ?? names.kind.toLowerCase(),
    kind: names.kind,
    namespaced: spec.scope === 'Namespaced',
    shortNames: names.shortNames ?? [],
    categories: names.categories ?? [],
    hasStatus: stored.subresources?.status !== undefined,
    ...(scale ? { scale } : {}),
    custom: true,
    columns: stored.additionalPrinterColumns ?? [],
    selectableFields: (stored.selectableFields ?? []).map((field) => field.jsonPath.replace(/^\./, '')),
    schemas: Object.fromEntries(
      spec.versions.map((version) => [version.name, version.schema?.openAPIV3Schema ?? { type: 'object' }]),
    ),
  };
}

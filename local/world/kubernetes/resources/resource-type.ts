// What the API server knows of a kind of object: its group, names, scope and subresources.

export interface PrinterColumn {
  name: string;
  type: string;
  /** 0 is shown by default, higher only with `-o wide`. */
  priority?: number;
  description?: string;
  jsonPath: string;
}

export interface ScalePaths {
  readonly specReplicasPath: string;
  readonly statusReplicasPath: string;
  readonly labelSelectorPath?: string;
}

export interface ResourceType {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  /** Every served version; objects are stored once and shown in the version asked for. */
  readonly servedVersions: readonly string[];
  /** Plural, as in the URL. */
  readonly resource: string;
  readonly singular: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  /** Whether status is written through `/status` only. */
  readonly hasStatus: boolean;
  readonly scale?: ScalePaths;
  /** Defined by a CustomResourceDefinition: strategic merge patches do not apply, unknown fields are kept. */
  readonly custom: boolean;
  readonly columns?: readonly PrinterColumn[];
  /** Field labels that a fieldSelector may name, beyond metadata.name and metadata.namespace. */
  readonly selectableFields: readonly string[];
  /** The OpenAPI schema of a custom resource, by version. */
  readonly schemas?: Readonly<Record<string, unknown>>;
}

/** `deployments.apps`, or `pods` in the core group: how errors name a resource. */
export function formatGroupResource(type: Pick<ResourceType, 'group' | 'resource'>): string {
  return type.group === '' ? type.resource : `${type.resource}.${type.group}`;
}

/** `apps/v1`, or `v1` in the core group. */
export function formatApiVersion(group: string, version: string): string {
  return group === '' ? version : `${group}/${version}`;
}

/** The group and version an `apiVersion` names. */
export function parseApiVersion(apiVersion: string): { group: string; version: string } {
  const slash = apiVersion.indexOf('/');
  return slash === -1
    ? { group: '', version: apiVersion }
    : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}

// What a CloudFormation resource type is to the runtime: which properties it honours, and how it comes to life.

/** A resource of a template with every intrinsic function resolved. */
export interface ResolvedResource {
  readonly logicalId: string;
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
  /** The template's `Metadata` of the resource (`aws:asset:path` among it). */
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly stack: ResourceStack;
}

export interface ResourceStack {
  readonly name: string;
  readonly region: string;
  readonly accountId: string;
  /** The assembly's folder, for assets. */
  readonly assemblyDirectory: string;
}

export interface ResourceAttributes {
  /** What `Ref` gives. */
  readonly ref: string;
  /** What `Fn::GetAtt` gives, by attribute name. */
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** Brings resources of one CloudFormation type to life. Lives in the folder of the service that owns the type. */
export interface ResourceProvider {
  readonly type: string;
  /** Top-level properties that have an effect here. Any other is a loud error at start, unless it stands in `withoutEffect`. */
  readonly properties: readonly string[];
  /** Properties that have no effect on one machine, each with the reason. */
  readonly withoutEffect?: Readonly<Record<string, string>>;
  /**
   * Creates the resource, or finds what an earlier run persisted under the same physical name and updates its settings.
   * Idempotent: it runs at every start. Data (items, objects, messages, executions) is never touched.
   */
  create(resource: ResolvedResource): Promise<ResourceAttributes>;
}

/** A physical name for a resource whose template gives none: stable over restarts, within the type's length limit. */
export function physicalName(resource: ResolvedResource, maximumLength = 64): string {
  const name = `${resource.stack.name}-${resource.logicalId}`;
  return name.length <= maximumLength ? name : name.slice(name.length - maximumLength).replace(/^-+/, '');
}

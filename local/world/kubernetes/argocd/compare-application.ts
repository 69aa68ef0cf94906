// Comparing an application with its source: what git says now, and what the cluster makes of it.
import type { ControllerContext } from '../controllers/controller.ts';
import type { JsonObject } from '../resources/kubernetes-object.ts';
import type { Change } from '../storage/object-store.ts';
import type { Application, ApplicationStatus } from './application.ts';
import { compareResources, locateTargets, trackingAnnotation } from './compare-resources.ts';
import { worstHealth } from './decide-health.ts';
import type { GitSource } from './git-source.ts';
import { type RenderedSource, renderSource } from './render-source.ts';

interface Comparison {
  readonly source: string;
  /** Empty after a refresh that failed. */
  readonly revision: string;
  readonly rendered: RenderedSource;
  /** The application's spec as it was compared last; undefined once anything changed that the comparison looked at. */
  comparedSpec?: string;
  /** `<group>/<resource>/<namespace>/<name>` of what it compared with. */
  comparedObjects?: ReadonlySet<string>;
}

/** What they say counts for every comparison: which kinds and which namespaces there are. */
const commonResources = new Set(['apiextensions.k8s.io/customresourcedefinitions', '/namespaces']);

export class ApplicationComparer {
  private readonly context: ControllerContext;
  private readonly git: GitSource;
  private readonly comparisons = new Map<string, Comparison>();

  constructor(context: ControllerContext, git: GitSource) {
    this.context = context;
    this.git = git;
    const unsubscribe = context.registry.store.subscribe((change) => this.notice(change));
    context.stopped.addEventListener('abort', unsubscribe);
  }

  /** Whether the application's present source has been read since the start. */
  hasRead({ metadata, spec }: Application): boolean {
    return this.comparisons.get(metadata.name)?.source === JSON.stringify(spec.source);
  }

  /**
   * Whether nothing of what the application is and consists of has changed in the cluster since it was compared and
   * found in sync: comparing it again with the same commit would say the same.
   */
  isUnchanged({ metadata, spec, status, operation }: Application): boolean {
    const comparison = this.comparisons.get(metadata.name);
    if (!comparison || operation || status?.sync?.status !== 'Synced' || isUnderWay(status)) return false;
    return comparison.comparedSpec === JSON.stringify(spec);
  }

  /** Whether git still names the commit that was read last. Throws Error when git cannot be asked. */
  async isNewest({ metadata, spec }: Application): Promise<boolean> {
    const { repoURL, targetRevision } = spec.source;
    const revision = await this.git.resolveRevision(repoURL, targetRevision ?? 'HEAD');
    return revision === this.comparisons.get(metadata.name)?.revision;
  }

  /** Comparing is dear, and most of what changes in a cluster is nobody's: only what concerns an application counts. */
  private notice({ resource, object, previous }: Change): void {
    const key = `${resource}/${object.metadata.namespace ?? ''}/${object.metadata.name}`;
    const owners = [object, previous].map((one) => one?.metadata.annotations?.[trackingAnnotation] ?? '');
    for (const [name, comparison] of this.comparisons) {
      const concerns =
        commonResources.has(resource) ||
        comparison.comparedObjects?.has(key) ||
        owners.some((owner) => owner.startsWith(`${name}:`));
      if (concerns) delete comparison.comparedSpec;
    }
  }

  forget(name: string): void {
    this.comparisons.delete(name);
  }

  /** Asks git again, then compares. What goes wrong is the status: Unknown, with a condition that says why. */
  async refresh(application: Application): Promise<ApplicationStatus> {
    const { registry } = this.context;
    const { source } = application.spec;
    const { name } = application.metadata;
    try {
      this.requireDestination(application);
      const revision = await this.git.resolveRevision(source.repoURL, source.targetRevision ?? 'HEAD');
      const rendered = await this.render(application, revision);
      const comparison: Comparison = { source: JSON.stringify(source), revision, rendered };
      this.comparisons.set(name, comparison);
      return { ...this.compare(application), reconciledAt: registry.now() };
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.comparisons.set(name, {
        source: JSON.stringify(source),
        revision: '',
        rendered: { sourceType: 'Directory', objects: [] },
      });
      return this.buildUnknown(application, `Failed to load target state: ${why}`);
    }
  }

  /** The objects at a commit. Throws Error when git or the rendering fails. */
  async render({ metadata, spec }: Application, revision: string): Promise<RenderedSource> {
    const known = this.comparisons.get(metadata.name);
    if (known?.revision === revision && known.source === JSON.stringify(spec.source)) return known.rendered;
    return renderSource(await this.git.readTree(spec.source.repoURL, revision), spec.source);
  }

  /** Throws Error for a destination that is not this cluster. */
  private requireDestination({ spec }: Application): void {
    const { server, name } = spec.destination;
    const own = server === 'https://kubernetes.default.svc' || name === 'in-cluster' || name === this.context.cluster;
    if (!own) throw new Error(`there are no clusters with this ${server ? `server ${server}` : `name: ${name}`}`);
  }

  private buildUnknown(application: Application, message: string): ApplicationStatus {
    const status = application.status ?? {};
    return {
      ...status,
      sync: { status: 'Unknown', comparedTo: this.comparedTo(application) },
      health: this.buildHealth(application, status.health?.status ?? 'Unknown'),
      conditions: [{ type: 'ComparisonError', message, lastTransitionTime: this.context.registry.now() }],
      reconciledAt: this.context.registry.now(),
    };
  }

  private comparedTo({ spec }: Application): { source: Application['spec']['source']; destination: JsonObject } {
    return { source: spec.source, destination: { ...spec.destination } };
  }

  /** Compares with what was read last. */
  compare(application: Application): ApplicationStatus {
    const { registry } = this.context;
    const comparison = this.comparisons.get(application.metadata.name);
    const status = application.status ?? {};
    // Nothing rendered: the last refresh failed, and its words stand.
    if (!comparison || comparison.revision === '') return status;
    const targets = locateTargets(registry, application, comparison.rendered.objects);
    comparison.comparedSpec = JSON.stringify(application.spec);
    comparison.comparedObjects = new Set(
      targets.map(({ group, type, namespace, name }) => `${group}/${type?.resource}/${namespace}/${name}`),
    );
    const resources = compareResources(registry, application, targets);
    const synced = resources.every((resource) => resource.status === 'Synced');
    const health = worstHealth(
      resources.flatMap((resource) => (resource.health && !resource.requiresPruning ? [resource.health.status] : [])),
    );
    return {
      ...status,
      sync: {
        status: synced ? 'Synced' : 'OutOfSync',
        revision: comparison.revision,
        comparedTo: this.comparedTo(application),
      },
      health: this.buildHealth(application, health),
      resources,
      conditions: [],
      sourceType: comparison.rendered.sourceType,
      controllerNamespace: application.metadata.namespace ?? '',
      summary: { images: listImages(comparison.rendered.objects) },
    };
  }

  private buildHealth(application: Application, status: NonNullable<ApplicationStatus['health']>['status']) {
    const before = application.status?.health;
    const since = before?.status === status ? before.lastTransitionTime : undefined;
    return { status, lastTransitionTime: since ?? this.context.registry.now() };
  }
}

function isUnderWay({ operationState }: ApplicationStatus): boolean {
  return operationState?.phase === 'Running' || operationState?.phase === 'Terminating';
}

function listImages(objects: readonly JsonObject[]): string[] {
  const images = new Set<string>();
  JSON.stringify(objects, (key, value: unknown) => {
    if (key === 'image' && typeof value === 'string') images.add(value);
    return value;
  });
  return [...images].sort();
}

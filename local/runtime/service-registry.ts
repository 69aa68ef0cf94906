// The services and resource providers of one runtime, found by the names by which others know them.
import type { ServiceModule } from './context.ts';
import type { ResourceProvider } from './resource.ts';
import type { AwsService, Permission, PolicyDocument } from './service.ts';

/** Filled once while the runtime is built; a name that two modules claim is an error. */
export class ServiceRegistry {
  readonly #byId = new Map<string, AwsService>();
  readonly #bySigningName = new Map<string, AwsService>();
  readonly #providers = new Map<string, ResourceProvider>();

  add(module: ServiceModule): void {
    for (const service of module.services) {
      claim(this.#byId, service.id, service, 'service id');
      claim(this.#bySigningName, service.signingName, service, 'signing name');
    }
    for (const provider of module.providers) claim(this.#providers, provider.type, provider, 'resource type');
  }

  services(): IterableIterator<AwsService> {
    return this.#byId.values();
  }

  findById(id: string): AwsService | undefined {
    return this.#byId.get(id);
  }

  findBySigningName(signingName: string): AwsService | undefined {
    return this.#bySigningName.get(signingName);
  }

  findProvider(type: string): ResourceProvider | undefined {
    return this.#providers.get(type);
  }

  findResourcePolicy(resourceArn: string): PolicyDocument | undefined {
    return this.#findOwner(resourceArn)?.resourcePolicy?.(resourceArn);
  }

  /** Condition keys that a resource itself answers. */
  findResourceContext(resourceArn: string): NonNullable<Permission['context']> {
    return this.#findOwner(resourceArn)?.resourceContext?.(resourceArn) ?? {};
  }

  /** The service that owns the resource; the third part of an ARN is a signing name or an id. */
  #findOwner(resourceArn: string): AwsService | undefined {
    const name = resourceArn.split(':', 3)[2] ?? '';
    return this.#bySigningName.get(name) ?? this.#byId.get(name);
  }
}

function claim<V>(map: Map<string, V>, key: string, value: V, what: string): void {
  if (map.has(key)) throw new Error(`two modules claim the ${what} "${key}": only one may own it`);
  map.set(key, value);
}

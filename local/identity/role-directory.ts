// The IAM roles of the assembly and the policies attached to them.
import type { PolicyDocument } from '../runtime/service.ts';
import type { Store } from '../storage/store.ts';
import { awsManagedPolicies } from './aws-managed-policies.ts';

export interface Role {
  readonly name: string;
  readonly arn: string;
  /** `AROA…`, as in `aws:userid`. */
  readonly id: string;
  readonly trustPolicy: PolicyDocument;
  readonly inlinePolicies: Readonly<Record<string, PolicyDocument>>;
  readonly managedPolicyArns: readonly string[];
  readonly boundaryArn: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

/** A policy attached to roles by itself (`AWS::IAM::Policy`), or by its ARN as well (`AWS::IAM::ManagedPolicy`). */
export interface AttachedPolicy {
  /** The ARN of a managed policy; any unique text for an inline one. */
  readonly id: string;
  readonly document: PolicyDocument;
  readonly roleNames: readonly string[];
}

/** The documents that limit what a role may do. */
export interface RolePolicies {
  readonly identity: readonly PolicyDocument[];
  readonly boundary?: readonly PolicyDocument[];
}

/** Roles and policies come from the templates at every start, so they live in memory only. */
export class RoleDirectory {
  readonly #roles = new Map<string, Role>();
  readonly #policies = new Map<string, AttachedPolicy>();
  readonly #collected = new Map<string, RolePolicies>();

  putRole(role: Role): void {
    this.#roles.set(role.arn, role);
    this.#collected.clear();
  }

  putPolicy(policy: AttachedPolicy): void {
    this.#policies.set(policy.id, policy);
    this.#collected.clear();
  }

  findRole(roleArn: string): Role | undefined {
    return this.#roles.get(roleArn);
  }

  /** The documents in force for a role. Throws when a policy it names is neither in the assembly nor known of AWS. */
  getPolicies(role: Role): RolePolicies {
    let policies = this.#collected.get(role.arn);
    if (policies === undefined) {
      policies = this.#collect(role);
      this.#collected.set(role.arn, policies);
    }
    return policies;
  }

  #collect(role: Role): RolePolicies {
    const attached = [...this.#policies.values()].filter(
      (policy) => policy.roleNames.includes(role.name) && !role.managedPolicyArns.includes(policy.id),
    );
    const identity = [
      ...Object.values(role.inlinePolicies),
      ...role.managedPolicyArns.map((arn) => this.#getManagedPolicy(arn, role)),
      ...attached.map((policy) => policy.document),
    ];
    if (role.boundaryArn === undefined) return { identity };
    return { identity, boundary: [this.#getManagedPolicy(role.boundaryArn, role)] };
  }

  #getManagedPolicy(arn: string, role: Role): PolicyDocument {
    const document = this.#policies.get(arn)?.document ?? awsManagedPolicies.get(arn);
    if (document !== undefined) return document;
    const known = [...awsManagedPolicies.keys()].map((knownArn) => knownArn.replace('arn:aws:iam::aws:policy/', ''));
    throw new Error(
      `role ${role.name} has the policy ${arn}, whose document is not known here: ` +
        `use a policy of the app's own, or one of AWS's ${known.join(', ')}`,
    );
  }
}

const directories = new WeakMap<Store, RoleDirectory>();

/** The one directory of a runtime, shared by whoever holds the runtime's store. */
export function roleDirectoryOf(store: Store): RoleDirectory {
  let directory = directories.get(store);
  if (directory === undefined) {
    directory = new RoleDirectory();
    directories.set(store, directory);
  }
  return directory;
}

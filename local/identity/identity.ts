// IAM of the runtime: who makes a request, and whether the policies of the assembly allow it.
import type { Clock } from '../clock/clock.ts';
import type {
  AuthorizationDecision,
  AuthorizationRequest,
  Authorizer,
  PrincipalResolver,
} from '../runtime/authorizer.ts';
import type { Credentials, RuntimeContext } from '../runtime/context.ts';
import { AwsError, operatorOf, type Permission, type PolicyDocument, type Principal } from '../runtime/service.ts';
import type { Store } from '../storage/store.ts';
import { buildSessionArn } from './arn.ts';
import { type AccessVerdict, decideAccess } from './decide-access.ts';
import { describeDenial } from './denial-message.ts';
import { createKeyLookup } from './request-keys.ts';
import { type RoleDirectory, roleDirectoryOf } from './role-directory.ts';
import { Sessions } from './sessions.ts';

export interface IdentityOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly accountId: string;
}

/** One per runtime. Roles and policies reach it through the `AWS::IAM::*` providers, which share the store's directory. */
export class Identity implements Authorizer, PrincipalResolver {
  readonly #roles: RoleDirectory;
  readonly #sessions: Sessions;
  readonly #clock: Clock;
  readonly #accountId: string;

  constructor({ store, clock, accountId }: IdentityOptions) {
    this.#roles = roleDirectoryOf(store);
    this.#sessions = new Sessions(store, clock);
    this.#clock = clock;
    this.#accountId = accountId;
  }

  authorize(request: AuthorizationRequest): AuthorizationDecision {
    const { principal } = request;
    if (principal.kind === 'operator') return { allowed: true };
    /** What was allowed whatever the permission's own keys are: a transaction asks it for each of its items. */
    const known = new Set<string>();
    for (const permission of request.permissions) {
      const { action, resource } = permission;
      const what = `${action} ${resource}`;
      if (known.has(what)) continue;
      const { verdict, readsOwnKeys } = this.#decide(permission, request);
      if (verdict === 'allowed' && !readsOwnKeys) known.add(what);
      if (verdict === 'allowed') continue;
      return { allowed: false, message: describeDenial(verdict, principal.arn, action, resource), action, resource };
    }
    return { allowed: true };
  }

  resolve(accessKeyId: string): Principal {
    const session = this.#sessions.find(accessKeyId);
    if (session === undefined) return this.#operator();
    return this.#rolePrincipal(session.roleArn, session.name);
  }

  findSecretAccessKey(accessKeyId: string): string | undefined {
    return this.#sessions.findSecretAccessKey(accessKeyId);
  }

  assumeRole(roleArn: string, sessionName: string, assumedBy: Principal): Principal {
    this.#checkTrust(roleArn, assumedBy);
    return this.#rolePrincipal(roleArn, sessionName);
  }

  servicePrincipal(service: string, sourceArn: string): Principal {
    return { kind: 'service', arn: service, accountId: this.#accountId, sourceArn };
  }

  credentialsFor(roleArn: string, sessionName: string): Credentials {
    return this.#sessions.open(roleArn, sessionName);
  }

  #operator(): Principal {
    return operatorOf({ accountId: this.#accountId });
  }

  #rolePrincipal(roleArn: string, sessionName: string): Principal {
    return {
      kind: 'role',
      arn: buildSessionArn(this.#accountId, roleArn, sessionName),
      accountId: this.#accountId,
      roleArn,
    };
  }

  #checkTrust(roleArn: string, principal: Principal): void {
    const decision = this.authorize({
      principal,
      permissions: [{ action: 'sts:AssumeRole', resource: roleArn }],
      region: 'us-east-1',
      resourcePolicy: () => undefined,
    });
    if (!decision.allowed) throw new AwsError('AccessDenied', decision.message, { status: 403 });
  }

  #decide(
    permission: Permission,
    request: AuthorizationRequest,
  ): { readonly verdict: AccessVerdict; readonly readsOwnKeys: boolean } {
    const { principal, region } = request;
    const role = principal.roleArn === undefined ? undefined : this.#roles.findRole(principal.roleArn);
    const policies = role === undefined ? { identity: [] } : this.#roles.getPolicies(role);
    let readsOwnKeys = false;
    const attempt = {
      principal,
      action: permission.action.toLowerCase(),
      resource: permission.resource,
      findKeyValues: createKeyLookup({ principal, role, permission, region, now: this.#clock.now() }, () => {
        readsOwnKeys = true;
      }),
    };
    const resource = this.#findResourcePolicy(permission, request);
    const resourcePolicyRequired = needsResourcePolicy(permission);
    const verdict = decideAccess(attempt, { ...policies, resource, resourcePolicyRequired });
    return { verdict, readsOwnKeys };
  }

  #findResourcePolicy(permission: Permission, request: AuthorizationRequest): PolicyDocument | undefined {
    if (isTrustDecision(permission)) return this.#roles.findRole(permission.resource)?.trustPolicy;
    return request.resourcePolicy(permission.resource);
  }
}

function isTrustDecision({ action }: Permission): boolean {
  return action === 'sts:AssumeRole' || action === 'sts:TagSession';
}

/** Where an identity policy alone does not suffice: the key's or the role's own policy must hand the decision on. */
function needsResourcePolicy(permission: Permission): boolean {
  return isTrustDecision(permission) || /^arn:[^:]*:kms:[^:]*:[^:]*:key\//.test(permission.resource);
}

/** Builds IAM's side of a context; providers and services on the same context share its roles and sessions. */
export function createIdentity(context: Pick<RuntimeContext, 'store' | 'clock' | 'accountId'>): {
  readonly authorizer: Authorizer;
  readonly principals: PrincipalResolver;
} {
  const identity = new Identity(context);
  return { authorizer: identity, principals: identity };
}

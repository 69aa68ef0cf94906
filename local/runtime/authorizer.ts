// What the runtime asks of IAM: who signed a request, and whether that principal may do what it asks.
import type { Credentials } from './context.ts';
import type { Permission, PolicyDocument, Principal } from './service.ts';

export interface AuthorizationRequest {
  readonly principal: Principal;
  /** All of them must be allowed; the first one that is not decides the answer. */
  readonly permissions: readonly Permission[];
  readonly region: string;
  /** The policy attached to a resource, asked of the service that owns it. */
  resourcePolicy(resourceArn: string): PolicyDocument | undefined;
}

export type AuthorizationDecision =
  | { readonly allowed: true }
  | {
      readonly allowed: false;
      /** In AWS's own wording: `User: … is not authorized to perform: … on resource: … because …`. */
      readonly message: string;
      readonly action: string;
      readonly resource: string;
    };

export interface Authorizer {
  authorize(request: AuthorizationRequest): AuthorizationDecision;
}

/** Credentials and the principals that they stand for. */
export interface PrincipalResolver {
  /**
   * The principal that a request signed with this access key is made as. Keys that were not issued here are the
   * operator's. Throws AwsError `ExpiredToken` for a session that has ended.
   */
  resolve(accessKeyId: string): Principal;
  /** The secret of a key issued here, to check a signature; undefined for an operator's own key. */
  findSecretAccessKey(accessKeyId: string): string | undefined;
  /**
   * The principal of a role, assumed by another one (a service such as `states.amazonaws.com`, or a role): throws
   * AwsError `AccessDenied` when the role's trust policy does not allow it.
   */
  assumeRole(roleArn: string, sessionName: string, assumedBy: Principal): Principal;
  servicePrincipal(service: string, sourceArn: string): Principal;
  /** The same credentials for the same role and session name, over restarts too. They do not expire. */
  credentialsFor(roleArn: string, sessionName: string): Credentials;
}

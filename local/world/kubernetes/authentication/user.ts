// Who makes a request to the cluster.

/** An EKS access policy in effect for a user; without namespaces it holds in the whole cluster. */
export interface AccessPolicy {
  /** `AmazonEKSClusterAdminPolicy`, `AmazonEKSAdminPolicy`, `AmazonEKSEditPolicy`, `AmazonEKSViewPolicy`, `AmazonEKSAdminViewPolicy`. */
  readonly name: string;
  /** May end in `*`. */
  readonly namespaces?: readonly string[];
}

export interface User {
  readonly username: string;
  readonly groups: readonly string[];
  readonly accessPolicies?: readonly AccessPolicy[];
}

/** Maps a bearer token to a user; undefined when the token is not accepted. Throws only when it could not find out. */
export type Authenticate = (token: string) => Promise<User | undefined> | User | undefined;

// AWS::EKS::AccessEntry: an IAM role's way into a cluster, as a Kubernetes user and groups.
// https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html
import type { RuntimeContext } from '../../runtime/context.ts';
import { physicalName, type ResourceProvider } from '../../runtime/resource.ts';
import type { Store, Table } from '../../storage/store.ts';

export interface AccessEntry {
  readonly region: string;
  readonly clusterName: string;
  readonly principalArn: string;
  readonly accessEntryArn: string;
  readonly kubernetesGroups: readonly string[];
  readonly username: string;
  readonly type: string;
  readonly policies: readonly AccessPolicy[];
}

/** An access policy of EKS's own (`AmazonEKSViewPolicy` …) and where it holds. */
export interface AccessPolicy {
  readonly PolicyArn: string;
  readonly AccessScope: { readonly Type: 'cluster' | 'namespace'; readonly Namespaces?: readonly string[] };
}

export class AccessEntries {
  private readonly table: Table<AccessEntry>;

  /** Entries come from templates only: what an earlier run had is forgotten, so that a dropped one lets nobody in. */
  constructor(store: Store) {
    this.table = store.table<AccessEntry>('eks/access-entries');
    for (const [key] of [...this.table.entries()]) this.table.delete(key);
  }

  define(entry: AccessEntry): void {
    this.table.put(keyOf(entry.region, entry.clusterName, entry.principalArn), entry);
  }

  find(region: string, clusterName: string, principalArn: string): AccessEntry | undefined {
    return this.table.get(keyOf(region, clusterName, principalArn));
  }

  list(region: string, clusterName: string): AccessEntry[] {
    return [...this.table.values()].filter((entry) => entry.region === region && entry.clusterName === clusterName);
  }
}

function keyOf(region: string, clusterName: string, principalArn: string): string {
  return `${region}/${clusterName}/${principalArn}`;
}

export function createAccessEntryProvider(context: RuntimeContext, entries: AccessEntries): ResourceProvider {
  return {
    type: 'AWS::EKS::AccessEntry',
    properties: ['ClusterName', 'PrincipalArn', 'KubernetesGroups', 'Username', 'Type', 'AccessPolicies'],
    withoutEffect: { Tags: 'cost allocation' },
    create: async (resource) => {
      const properties = resource.properties as {
        ClusterName: string;
        PrincipalArn: string;
        KubernetesGroups?: readonly string[];
        Username?: string;
        Type?: string;
        AccessPolicies?: readonly AccessPolicy[];
      };
      const { region, accountId } = resource.stack;
      const roleName = properties.PrincipalArn.split('/').at(-1) ?? '';
      const accessEntryArn = `arn:aws:eks:${region}:${accountId}:access-entry/${properties.ClusterName}/role/${accountId}/${roleName}/${physicalName(resource, 40)}`;
      entries.define({
        region,
        clusterName: properties.ClusterName,
        principalArn: properties.PrincipalArn,
        accessEntryArn,
        kubernetesGroups: properties.KubernetesGroups ?? [],
        // What EKS gives a role when no name is set: the session tells apart who assumed it.
        username: properties.Username ?? `arn:aws:sts::${accountId}:assumed-role/${roleName}/{{SessionName}}`,
        type: properties.Type ?? 'STANDARD',
        policies: properties.AccessPolicies ?? [],
      });
      await context.store.flush();
      return {
        ref: `${properties.PrincipalArn}|${properties.ClusterName}`,
        attributes: { AccessEntryArn: accessEntryArn },
      };
    },
  };
}

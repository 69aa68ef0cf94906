// AWS::EKS::PodIdentityAssociation: the IAM role of the pods of a Kubernetes service account.
// https://docs.aws.amazon.com/eks/latest/userguide/pod-identities.html
import { createHash } from 'node:crypto';
import type { RuntimeContext } from '../../runtime/context.ts';
import type { ResourceProvider } from '../../runtime/resource.ts';
import type { Store, Table } from '../../storage/store.ts';

export interface PodIdentityAssociation {
  readonly region: string;
  readonly clusterName: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly roleArn: string;
  readonly associationId: string;
  readonly associationArn: string;
}

export class PodIdentityAssociations {
  private readonly table: Table<PodIdentityAssociation>;

  constructor(store: Store) {
    this.table = store.table<PodIdentityAssociation>('eks/pod-identity-associations');
  }

  /** They come from templates only: what an earlier run had is forgotten, so that a dropped one gives nobody a role. */
  clear(): void {
    for (const [key] of [...this.table.entries()]) this.table.delete(key);
  }

  define(association: PodIdentityAssociation): void {
    this.table.put(association.associationArn, association);
  }

  list(region: string, clusterName: string): PodIdentityAssociation[] {
    return [...this.table.values()].filter((one) => one.region === region && one.clusterName === clusterName);
  }

  find(clusterName: string, namespace: string, serviceAccount: string): PodIdentityAssociation | undefined {
    return [...this.table.values()].find(
      (one) => one.clusterName === clusterName && one.namespace === namespace && one.serviceAccount === serviceAccount,
    );
  }
}

export function createPodIdentityAssociationProvider(
  context: RuntimeContext,
  associations: PodIdentityAssociations,
): ResourceProvider {
  return {
    type: 'AWS::EKS::PodIdentityAssociation',
    properties: ['ClusterName', 'Namespace', 'ServiceAccount', 'RoleArn'],
    withoutEffect: { Tags: 'cost allocation' },
    create: async ({ properties, stack: { region, accountId } }) => {
      const { ClusterName, Namespace, ServiceAccount, RoleArn } = properties as Record<string, string>;
      const [clusterName, namespace, serviceAccount] = [String(ClusterName), String(Namespace), String(ServiceAccount)];
      const digest = createHash('sha256').update([clusterName, namespace, serviceAccount].join('/')).digest('hex');
      const associationId = `a-${digest.slice(0, 17)}`;
      const associationArn = `arn:aws:eks:${region}:${accountId}:podidentityassociation/${clusterName}/${associationId}`;
      associations.define({
        ...{ region, clusterName, namespace, serviceAccount, associationId, associationArn },
        roleArn: String(RoleArn),
      });
      await context.store.flush();
      return {
        ref: associationArn,
        attributes: { AssociationArn: associationArn, AssociationId: associationId },
      };
    },
  };
}

// Lets functions talk to the clusters: an EKS access entry for each role, mapped to the group that our ClusterRole binds.
import { Arn, Stack } from 'aws-cdk-lib';
import { CfnAccessEntry } from 'aws-cdk-lib/aws-eks';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';

/** The Kubernetes groups that `gitops/platform/automation-access.yaml` gives their permissions to. */
export type AutomationGroup =
  | 'deployment-automation'
  | 'certificate-checks'
  | 'certificate-renewals'
  | 'backup-jobs'
  | 'recovery'
  | 'configuration-backup'
  | 'sealing-key-escrow';

export interface ClusterAccessProps {
  /** EKS cluster names, each once. */
  readonly clusters: readonly string[];
  /** Takes the access entries: one stack has no room for them and the functions. */
  readonly entries: Stack;
}

/** Cluster credentials are STS tokens of the function's own role: there is no kubeconfig and no long-lived secret. */
export class ClusterAccess extends Construct {
  private readonly clusters: readonly string[];
  private readonly entries: Stack;

  constructor(scope: Construct, id: string, props: ClusterAccessProps) {
    super(scope, id);
    this.clusters = props.clusters;
    this.entries = props.entries;
  }

  grantAccess(id: string, grantee: IFunction, group: AutomationGroup): void {
    const clusterArns = this.clusters.map((cluster) =>
      Arn.format({ service: 'eks', resource: 'cluster', resourceName: cluster }, Stack.of(this)),
    );
    grantee.addToRolePolicy(new PolicyStatement({ actions: ['eks:DescribeCluster'], resources: clusterArns }));
    const role = grantee.role;
    if (role === undefined)
      throw new Error(`${id} has no role: only functions with a role of their own may reach a cluster`);
    for (const cluster of this.clusters) {
      new CfnAccessEntry(this.entries, `${id}-${cluster}`, {
        clusterName: cluster,
        principalArn: role.roleArn,
        kubernetesGroups: [group],
        type: 'STANDARD',
      });
    }
  }
}

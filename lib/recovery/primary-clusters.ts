// Lets functions of the recovery region into the clusters of the primary one, where an environment comes home to.
import { Arn, Stack } from 'aws-cdk-lib';
import { CfnAccessEntry } from 'aws-cdk-lib/aws-eks';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { Configuration } from '../../config/schema.ts';

export interface PrimaryClustersProps {
  readonly configuration: Configuration;
  /** A stack in the primary region. It takes the access entries, which name roles that must exist before. */
  readonly entries: Stack;
}

/** Of the environments that can move, and no other. */
export class PrimaryClusters extends Construct {
  private readonly clusters: readonly string[];
  private readonly region: string;
  private readonly entries: Stack;

  constructor(scope: Construct, id: string, { configuration, entries }: PrimaryClustersProps) {
    super(scope, id);
    const { environments, recovery, aws } = configuration;
    this.entries = entries;
    this.region = aws.primaryRegion;
    const moving = Object.keys(recovery.environments).flatMap((name) => environments[name]?.cluster ?? []);
    this.clusters = [...new Set(moving)];
  }

  grantAccess(id: string, grantee: IFunction): void {
    const arnOf = (resource: string, resourceName: string, service: string, region: string): string =>
      Arn.format({ service, region, resource, resourceName }, Stack.of(this));
    const clusterArns = this.clusters.map((cluster) => arnOf('cluster', cluster, 'eks', this.region));
    if (clusterArns.length === 0) return;
    grantee.addToRolePolicy(new PolicyStatement({ actions: ['eks:DescribeCluster'], resources: clusterArns }));
    for (const cluster of this.clusters) {
      new CfnAccessEntry(this.entries, `${id}-${cluster}`, {
        clusterName: cluster,
        principalArn: grantee.role?.roleArn ?? '',
        kubernetesGroups: ['recovery'],
        type: 'STANDARD',
      });
    }
  }
}

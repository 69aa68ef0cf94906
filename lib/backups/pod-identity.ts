// Gives the pods of a Kubernetes service account an IAM role of their own, by EKS Pod Identity.
import { Stack } from 'aws-cdk-lib';
import { CfnPodIdentityAssociation } from 'aws-cdk-lib/aws-eks';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';

export interface PodIdentityProps {
  readonly cluster: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly description: string;
}

/** No secret stands in the cluster: EKS hands the pod credentials of the role, and takes a new session for each. */
export class PodIdentity extends Construct {
  readonly role: Role;

  constructor(scope: Construct, id: string, props: PodIdentityProps) {
    super(scope, id);
    const conditions = { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } };
    const principal = new ServicePrincipal('pods.eks.amazonaws.com', { conditions });
    this.role = new Role(this, 'Role', { description: props.description, assumedBy: principal });
    // EKS tags the session with cluster, namespace and service account.
    this.role.assumeRolePolicy?.addStatements(
      new PolicyStatement({ actions: ['sts:TagSession'], principals: [principal] }),
    );
    new CfnPodIdentityAssociation(this, 'Association', {
      clusterName: props.cluster,
      namespace: props.namespace,
      serviceAccount: props.serviceAccount,
      roleArn: this.role.roleArn,
    });
  }
}

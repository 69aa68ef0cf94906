// Who may pull from Amazon ECR, and its replication to the recovery region; of any other registry AWS knows nothing.
import { Arn, Stack } from 'aws-cdk-lib';
import { CfnReplicationConfiguration } from 'aws-cdk-lib/aws-ecr';
import { Grant } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { Configuration } from '../../config/schema.ts';
import { acceptWildcard } from './accepted-findings.ts';

export interface RegistryAccessProps {
  readonly configuration: Pick<Configuration, 'registry' | 'services' | 'aws'>;
}

const reason = 'it is of the whole registry: ECR has no resource for it';

/** The repositories of the services, and no other. */
export class RegistryAccess extends Construct {
  private readonly isEcr: boolean;
  private readonly repositories: readonly string[];
  private readonly recoveryRegion: string;

  constructor(scope: Construct, id: string, { configuration }: RegistryAccessProps) {
    super(scope, id);
    const { registry, services, aws } = configuration;
    this.isEcr = registry.kind === 'ecr';
    this.recoveryRegion = aws.recoveryRegion;
    const images = Object.values(services).map(({ image }) => image.slice(image.indexOf('/') + 1));
    this.repositories = [...new Set(images)].toSorted();
    const { region, account } = Stack.of(this);
    if (!registry.setsReplication || region !== aws.primaryRegion) return;
    new CfnReplicationConfiguration(this, 'Replication', {
      replicationConfiguration: {
        rules: [
          {
            destinations: [{ region: aws.recoveryRegion, registryId: account }],
            repositoryFilters: this.repositories.map((filter) => ({ filter, filterType: 'PREFIX_MATCH' })),
          },
        ],
      },
    });
  }

  /** By the OCI distribution API, or by ECR's own, in the region of the function. */
  grantPull(grantee: IFunction): void {
    if (!this.isEcr) return;
    this.grantWhole(grantee, 'ecr:GetAuthorizationToken');
    this.grantRepositories(grantee, ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'], Stack.of(this).region);
  }

  /** To see what the recovery region has, and to have sent there what is missing. */
  grantReplication(grantee: IFunction): void {
    if (!this.isEcr) return;
    this.grantRepositories(grantee, ['ecr:BatchGetImage'], this.recoveryRegion);
    this.grantWhole(grantee, 'ecr:StartReplicationBackfill');
  }

  private grantRepositories(grantee: IFunction, actions: string[], region: string): void {
    const resourceArns = this.repositories.map((resourceName) =>
      Arn.format({ service: 'ecr', region, resource: 'repository', resourceName }, Stack.of(this)),
    );
    Grant.addToPrincipal({ grantee, actions, resourceArns });
  }

  private grantWhole(grantee: IFunction, action: string): void {
    Grant.addToPrincipal({ grantee, actions: [action], resourceArns: ['*'] });
    acceptWildcard(grantee.role ?? grantee, '*', reason);
  }
}

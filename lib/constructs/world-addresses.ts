// Where the systems around AWS are reached: parameters read at run time, so that a proxy or GitHub Enterprise needs no deployment.

import { Arn, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import type { Configuration } from '../../config/schema.ts';

/** One parameter for each address, all below `path`. */
export class WorldAddresses extends Construct {
  readonly path: string;

  constructor(scope: Construct, id: string, configuration: Configuration) {
    super(scope, id);
    this.path = `/${configuration.application}/automation/addresses`;
    const addresses = {
      'github-api-url': configuration.github.apiUrl,
      'slack-api-url': configuration.notifications.slack.apiUrl,
      'pager-duty-api-url': configuration.notifications.pagerDuty.apiUrl,
      'registry-url': configuration.registry.url,
      'certificate-endpoints': '{}',
      'certificate-authorities': '{}',
    };
    for (const [name, stringValue] of Object.entries(addresses)) {
      new StringParameter(this, name, {
        parameterName: `${this.path}/${name}`,
        description: 'Read at run time; change it here to reach the system by another way',
        stringValue,
      });
    }
  }

  grantRead(grantee: IFunction): void {
    const path = Arn.format(
      { service: 'ssm', resource: 'parameter', resourceName: this.path.slice(1) },
      Stack.of(this),
    );
    grantee.addToRolePolicy(new PolicyStatement({ actions: ['ssm:GetParametersByPath'], resources: [path] }));
  }
}

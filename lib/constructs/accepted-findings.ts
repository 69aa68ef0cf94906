// Findings of cdk-nag that we accept, each with the reason: there is no other place where one is acknowledged.
import { type CfnElement, Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

const reasons = {
  SQS3: 'it is a dead-letter queue itself: the last place, watched by an alarm',
  S1: 'its readers and writers are the functions of this stack, whose calls CloudTrail records; access logs would need a bucket in turn',
  SMG4: 'the credential belongs to a system outside AWS: a person rotates it there, and webhook secrets overlap (current, previous)',
  APIG4: 'GitHub cannot authenticate to API Gateway: the function verifies the signature over the raw body',
  'IAM5[Resource::*]': 'X-Ray and the delivery of vended logs have no resource-level permissions',
} as const;

/** Acknowledges a finding on this construct and what it contains. `detail` is what cdk-nag puts into brackets. */
export function acceptFinding(construct: IConstruct, rule: keyof typeof reasons): void {
  Validations.of(construct).acknowledge({ id: `AwsSolutions::AwsSolutions-${rule}`, reason: reasons[rule] });
}

/** A wildcard that spans what one resource contains: the objects of a bucket (`/*`), the versions of a function (`:*`). */
export function acceptWildcardWithin(
  construct: IConstruct,
  resource: IConstruct,
  suffix: '/*' | ':*' | '/configuration/*' | '/sealing-keys/*' | `/point-in-time/${string}/*`,
  reason: string,
): void {
  const logicalId = Stack.of(resource).getLogicalId(resource.node.defaultChild as CfnElement);
  Validations.of(construct).acknowledge({
    id: `AwsSolutions::AwsSolutions-IAM5[Resource::<${logicalId}.Arn>${suffix}]`,
    reason,
  });
}

/** A wildcard in an ARN that is written out, with the account as cdk-nag shows it. */
export function acceptWildcard(construct: IConstruct, arn: string, reason: string): void {
  const shown = arn
    .replace(/\$\{Token\[AWS\.AccountId\.\d+\]\}/, '<AWS::AccountId>')
    .replace(/\$\{Token\[AWS\.Partition\.\d+\]\}/, '<AWS::Partition>');
  Validations.of(construct).acknowledge({ id: `AwsSolutions::AwsSolutions-IAM5[Resource::${shown}]`, reason });
}

// Lambda's on-failure destination with just the permissions that it takes; the library's own grants more of the key.

import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { DestinationConfig, DestinationOptions, IDestination, IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';

/** Where an event goes that an asynchronous invocation could not handle after its retries. */
export class DeadLetterDestination implements IDestination {
  private readonly queue: IQueue;
  private readonly key: IKey;

  constructor(queue: IQueue, key: IKey) {
    this.queue = queue;
    this.key = key;
  }

  bind(_scope: Construct, fn: IFunction, _options?: DestinationOptions): DestinationConfig {
    fn.addToRolePolicy(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [this.queue.queueArn] }));
    fn.addToRolePolicy(
      new PolicyStatement({ actions: ['kms:GenerateDataKey', 'kms:Decrypt'], resources: [this.key.keyArn] }),
    );
    return { destination: this.queue.queueArn };
  }
}

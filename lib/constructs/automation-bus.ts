// The one bus: everything that happens is an event on it, kept in an archive that can be replayed.
import { Duration } from 'aws-cdk-lib';
import {
  Archive,
  type CfnArchive,
  type CfnEventBus,
  EventBus,
  type EventPattern,
  type IRuleTarget,
  Rule,
} from 'aws-cdk-lib/aws-events';
import { LambdaFunction, SfnStateMachine } from 'aws-cdk-lib/aws-events-targets';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';

export interface AutomationBusProps {
  readonly application: string;
  readonly key: IKey;
  readonly archiveRetention: Duration;
}

export interface RouteProps {
  readonly description: string;
  readonly pattern: EventPattern;
  /** Whether AWS services speak of it: they do so on the account's default bus. */
  readonly fromAws?: boolean | undefined;
  readonly target: IFunction | IStateMachine;
  readonly deadLetters: IQueue;
}

/** Rules are added by `addRoute` only, so that each has its dead-letter queue and its bounded retries. */
export class AutomationBus extends Construct {
  readonly bus: EventBus;
  private readonly application: string;

  constructor(scope: Construct, id: string, props: AutomationBusProps) {
    super(scope, id);
    this.application = props.application;
    this.bus = new EventBus(this, 'Bus', { eventBusName: `${props.application}-automation` });
    const archive = new Archive(this, 'Archive', {
      sourceEventBus: this.bus,
      archiveName: `${props.application}-automation`,
      description: 'Everything that happened, to replay it against a changed rule or after a loss',
      eventPattern: { account: [this.bus.env.account] },
      retention: props.archiveRetention,
    });
    // Not by their `kmsKey`: that would write the bus's ARN into the policy of the key that the bus needs, a circle.
    (this.bus.node.defaultChild as CfnEventBus).kmsKeyIdentifier = props.key.keyArn;
    (archive.node.defaultChild as CfnArchive).kmsKeyIdentifier = props.key.keyArn;
  }

  addRoute(id: string, props: RouteProps): Rule {
    return new Rule(this, id, {
      ruleName: `${this.application}-${id}`,
      description: props.description,
      ...(props.fromAws === true ? {} : { eventBus: this.bus }),
      eventPattern: props.pattern,
      targets: [buildTarget(props)],
    });
  }
}

/** EventBridge would try for 24 h; what could not be delivered within an hour is better seen by a person. */
const delivery = { retryAttempts: 8, maxEventAge: Duration.hours(1) };

function buildTarget({ target, deadLetters }: RouteProps): IRuleTarget {
  return 'stateMachineArn' in target
    ? new SfnStateMachine(target, { ...delivery, deadLetterQueue: deadLetters })
    : new LambdaFunction(target, { ...delivery, deadLetterQueue: deadLetters });
}

// The primary region's stack: it only composes the parts and wires the routes between them.
import { Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import type { Configuration } from '../../config/schema.ts';
import { deploymentParameterName } from '../../contracts/deployment.ts';
import { type FunctionName, functions } from '../../contracts/functions.ts';
import { AutomationBus } from '../constructs/automation-bus.ts';
import { AutomationFunctions, pascalCase } from '../constructs/automation-functions.ts';
import { AutomationSchedule } from '../constructs/automation-schedule.ts';
import { ClusterAccess } from '../constructs/cluster-access.ts';
import { concerns, DeadLetters } from '../constructs/dead-letters.ts';
import { EncryptionKey } from '../constructs/encryption-key.ts';
import { Ledger } from '../constructs/ledger.ts';
import { Monitoring } from '../constructs/monitoring.ts';
import { OperatorSecrets } from '../constructs/operator-secrets.ts';
import { WebhookApi } from '../constructs/webhook-api.ts';
import { Workflow, type WorkflowCollaborator } from '../constructs/workflow.ts';
import { WorldAddresses } from '../constructs/world-addresses.ts';
import { buildEventRoutes, httpRoutes, scheduleRoutes, type WorkflowName, workflowNames } from '../routes.ts';

export interface AutomationStackProps extends StackProps {
  readonly configuration: Configuration;
}

/** Everything that runs: what enters, the bus, what reacts, and what remembers. */
export class AutomationStack extends Stack {
  readonly ledgerTableName: string;

  constructor(scope: Construct, id: string, { configuration, ...props }: AutomationStackProps) {
    super(scope, id, props);
    const { application, aws, retention } = configuration;
    const logRetention: RetentionDays = configuration.logRetentionDays;

    const { key } = new EncryptionKey(this, 'Encryption', { description: 'Deployment automation' });
    const monitoring = new Monitoring(this, 'Monitoring', { key, alarmEmail: configuration.notifications.alarmEmail });
    const deadLetters = new DeadLetters(this, 'DeadLetters', { key, monitoring });
    const ledger = new Ledger(this, 'Ledger', { application, recoveryRegion: aws.recoveryRegion });
    const claimChecks = this.addClaimCheckBucket(configuration, key);
    const bus = new AutomationBus(this, 'Events', {
      application,
      key,
      archiveRetention: Duration.days(retention.archiveDays),
    });
    const functionsByName = new AutomationFunctions(this, 'Functions', {
      configuration,
      key,
      logRetention,
      monitoring,
      deadLetters,
      ledger,
      bus,
      claimChecks,
      secrets: new OperatorSecrets(this, 'Secrets', { application, key, recoveryRegion: aws.recoveryRegion }),
      addresses: new WorldAddresses(this, 'Addresses', configuration),
      clusters: new ClusterAccess(this, 'Clusters', {
        clusters: [...new Set(Object.values(configuration.environments).map(({ cluster }) => cluster))],
      }),
      workflowArns: workflowNames.map((name) => Workflow.arnOf(this, application, name)),
    });
    const collaborators = buildCollaborators(functionsByName, ledger, bus);
    const workflows = Object.fromEntries(
      workflowNames.map((name) => [
        name,
        new Workflow(this, pascalCase(name), { name, application, collaborators, key, logRetention, monitoring }),
      ]),
    ) as Record<WorkflowName, Workflow>;

    const api = new WebhookApi(this, 'Webhooks', {
      application,
      routes: httpRoutes.map((route) => ({ path: route.path, function: functionsByName.get(route.function) })),
      key,
      logRetention,
      monitoring,
    });
    for (const { id: routeId, target, ...route } of buildEventRoutes(configuration)) {
      bus.addRoute(routeId, {
        description: route.description,
        pattern: route.pattern,
        target: 'workflow' in target ? workflows[target.workflow].stateMachine : functionsByName.get(target.function),
        deadLetters: deadLetters.queueOf(route.deadLetters),
      });
    }
    for (const route of scheduleRoutes) {
      new AutomationSchedule(this, route.id, {
        application,
        description: route.description,
        ...configuration.schedules[route.schedule],
        target: functionsByName.get(route.function),
        deadLetters: deadLetters.queueOf(route.deadLetters),
        key,
      });
    }
    this.ledgerTableName = ledger.tableName;
    new StringParameter(this, 'Deployment', {
      parameterName: deploymentParameterName(application),
      description: 'What was deployed, for the command line and the console',
      stringValue: this.toJsonString({
        region: this.region,
        apiUrl: api.api.apiEndpoint,
        eventBusName: bus.bus.eventBusName,
        ledgerTableName: ledger.tableName,
        workflowArns: Object.fromEntries(workflowNames.map((name) => [name, Workflow.arnOf(this, application, name)])),
        deadLetterQueueUrls: Object.fromEntries(
          concerns.map((concern) => [concern, deadLetters.queueOf(concern).queueUrl]),
        ),
      }),
    });
  }

  /** Payloads that are too large for the bus; the event carries their place. */
  private addClaimCheckBucket(configuration: Configuration, key: EncryptionKey['key']): Bucket {
    return new Bucket(this, 'ClaimChecks', {
      encryption: BucketEncryption.KMS,
      encryptionKey: key,
      bucketKeyEnabled: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      versioned: true,
      removalPolicy: RemovalPolicy.RETAIN,
      lifecycleRules: [
        {
          id: 'forget-with-the-archive',
          expiration: Duration.days(configuration.retention.archiveDays),
          noncurrentVersionExpiration: Duration.days(1),
          abortIncompleteMultipartUploadAfter: Duration.days(1),
        },
      ],
    });
  }
}

function buildCollaborators(
  functionsByName: AutomationFunctions,
  ledger: Ledger,
  bus: AutomationBus,
): Record<string, WorkflowCollaborator> {
  const names = Object.keys(functions) as FunctionName[];
  const lambdas = names.map((name): [string, WorkflowCollaborator] => {
    const target = functionsByName.get(name);
    return [
      `${pascalCase(name)}FunctionArn`,
      { value: target.functionArn, grant: (machine) => target.grantInvoke(machine) },
    ];
  });
  return {
    ...Object.fromEntries(lambdas),
    LedgerTableName: {
      value: ledger.tableName,
      grant: (machine, integrations) => ledger.table.grant(machine, ...dynamoActions(integrations)),
    },
    EventBusName: { value: bus.bus.eventBusName, grant: (machine) => bus.bus.grantPutEventsTo(machine) },
  };
}

/** `dynamodb:putItem` of a definition is the permission `dynamodb:PutItem`. */
function dynamoActions(integrations: readonly string[]): string[] {
  return integrations
    .filter((integration) => integration.startsWith('dynamodb:'))
    .map((integration) => integration.replace(/:(.)/, (_, letter: string) => `:${letter.toUpperCase()}`));
}

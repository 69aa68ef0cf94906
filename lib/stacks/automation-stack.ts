// The primary region's stack: it only composes the parts and wires the routes between them.
import { Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import type { Configuration } from '../../config/schema.ts';
import { deploymentParameterName } from '../../contracts/deployment.ts';
import { type FunctionName, functions } from '../../contracts/functions.ts';
import {
  archivesLagging,
  metricNamespace,
  replicationLagging,
  verifiedRestoreAge,
  watchdogHeartbeat,
} from '../../contracts/metrics.ts';
import { BackupBuckets } from '../backups/backup-buckets.ts';
import { ConfigurationKeys } from '../backups/configuration-keys.ts';
import { DatabaseServers } from '../backups/database-servers.ts';
import { DatabaseSnapshots } from '../backups/database-snapshots.ts';
import { ApiDomain } from '../constructs/api-domain.ts';
import { AutomationBus } from '../constructs/automation-bus.ts';
import { AutomationFunctions, pascalCase } from '../constructs/automation-functions.ts';
import { AutomationSchedule } from '../constructs/automation-schedule.ts';
import { ClaimChecks } from '../constructs/claim-checks.ts';
import { ClusterAccess } from '../constructs/cluster-access.ts';
import { concerns, DeadLetters } from '../constructs/dead-letters.ts';
import { EncryptionKey } from '../constructs/encryption-key.ts';
import { Ledger } from '../constructs/ledger.ts';
import { Monitoring } from '../constructs/monitoring.ts';
import { OperatorSecrets } from '../constructs/operator-secrets.ts';
import { RegistryAccess } from '../constructs/registry-access.ts';
import { WebhookApi } from '../constructs/webhook-api.ts';
import { Workflow, type WorkflowCollaborator } from '../constructs/workflow.ts';
import { buildCollaborators } from '../constructs/workflow-collaborators.ts';
import { WorldAddresses } from '../constructs/world-addresses.ts';
import type { EventRoute, ScheduleRoute } from '../routes/route.ts';
import { type WorkflowName, workflowNames } from '../routes/workflow-names.ts';
import { apiHealthPath, buildEventRoutes, httpRoutes, scheduleRoutes } from '../routes.ts';

export interface AutomationStackProps extends StackProps {
  readonly configuration: Configuration;
  /** Takes the alarms: CloudFormation allows 500 resources in one stack. */
  readonly alarms: Stack;
  /** Takes the entries to the clusters, for the same reason. */
  readonly access: Stack;
}

/** Everything that runs: what enters, the bus, what reacts, and what remembers. */
export class AutomationStack extends Stack {
  readonly ledgerTableName: string;

  constructor(scope: Construct, id: string, { configuration, alarms, access, ...props }: AutomationStackProps) {
    super(scope, id, props);
    const { application, aws, retention } = configuration;
    const logRetention: RetentionDays = configuration.logRetentionDays;

    const { key } = new EncryptionKey(this, 'Encryption', { description: 'Deployment automation' });
    const { alarmEmail } = configuration.notifications;
    const monitoring = new Monitoring(this, 'Monitoring', { key, alarmEmail, alarms });
    const deadLetters = new DeadLetters(this, 'DeadLetters', { key, monitoring });
    const ledger = new Ledger(this, 'Ledger', { application, recoveryRegion: aws.recoveryRegion });
    const claimChecks = new ClaimChecks(this, 'ClaimChecks', { key, retention: Duration.days(retention.archiveDays) });
    const backups = new BackupBuckets(this, 'Backups', { configuration, key });
    const snapshots = new DatabaseSnapshots(this, 'Snapshots', configuration);
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
      backups,
      snapshots,
      databaseServers: new DatabaseServers(this, 'DatabaseServers', configuration),
      configurationKeys: new ConfigurationKeys(this, 'ConfigurationKeys'),
      secrets: new OperatorSecrets(this, 'Secrets', { application, key, recoveryRegion: aws.recoveryRegion }),
      addresses: new WorldAddresses(this, 'Addresses', configuration),
      clusters: new ClusterAccess(this, 'Clusters', {
        clusters: [...new Set(Object.values(configuration.environments).map(({ cluster }) => cluster))],
        entries: access,
      }),
      workflowArns: workflowNames.map((name) => Workflow.arnOf(this, application, name)),
      registry: new RegistryAccess(this, 'Registry', { configuration }),
      recoveryWorkflowArns: [Workflow.arnOf(this, application, 'fail-over', aws.recoveryRegion)],
    });
    const collaborators: Record<string, WorkflowCollaborator> = {
      ...buildCollaborators({
        names: Object.keys(functions) as FunctionName[],
        functions: functionsByName,
        ledger,
        bus,
      }),
      BackUpDatabaseWorkflowArn: {
        value: Workflow.arnOf(this, application, 'back-up-database'),
        grant: (machine) => Workflow.grantRun(machine, application, 'back-up-database'),
      },
      SnapshotOwner: { value: snapshots.owner, grant: (machine) => snapshots.grantCreate(machine) },
    };
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
    if (configuration.api.domain !== undefined)
      new ApiDomain(this, 'Domain', {
        ...{ domain: configuration.api.domain, site: 'primary', api: api.api, stage: api.stage },
        healthPath: apiHealthPath,
      });
    const targetOf = ({ target }: EventRoute | ScheduleRoute): IFunction | IStateMachine =>
      'workflow' in target ? workflows[target.workflow].stateMachine : functionsByName.get(target.function);
    for (const route of buildEventRoutes(configuration)) {
      bus.addRoute(route.id, {
        description: route.description,
        pattern: route.pattern,
        fromAws: route.fromAws,
        target: targetOf(route),
        deadLetters: deadLetters.queueOf(route.deadLetters),
      });
    }
    for (const route of scheduleRoutes) {
      new AutomationSchedule(this, route.id, {
        application,
        description: route.description,
        ...configuration.schedules[route.schedule],
        target: targetOf(route),
        deadLetters: deadLetters.queueOf(route.deadLetters),
        key,
      });
    }
    monitoring.addHighSeverityAlarm('RestoreIsUnproven', {
      metric: new Metric({
        namespace: metricNamespace(application),
        metricName: verifiedRestoreAge,
        statistic: Stats.MAXIMUM,
        period: Duration.days(1),
      }),
      threshold: configuration.backups.maxVerifiedRestoreAgeDays,
      runbook: 'restore-is-unproven',
      summary: 'the last proof that a database can be restored is older than allowed',
    });
    monitoring.addHighSeverityAlarm('WatchdogIsSilent', {
      metric: new Metric({
        namespace: metricNamespace(application),
        metricName: watchdogHeartbeat,
        statistic: Stats.SUM,
        period: Duration.minutes(15),
      }),
      threshold: 1,
      evaluationPeriods: 3,
      whenAbsent: true,
      runbook: 'watchdog-is-silent',
      summary: 'the watchdog over the scheduled jobs gives no sign of life',
    });
    monitoring.addHighSeverityAlarm('ArchiveLags', {
      metric: new Metric({
        namespace: metricNamespace(application),
        metricName: archivesLagging,
        statistic: Stats.MAXIMUM,
        period: Duration.minutes(15),
      }),
      threshold: 0,
      // One round that is late is none that is lost.
      evaluationPeriods: 2,
      runbook: 'archive-lags',
      summary: 'the archive of a database is further behind than allowed',
    });
    monitoring.addHighSeverityAlarm('ReplicationLags', {
      metric: new Metric({
        namespace: metricNamespace(application),
        metricName: replicationLagging,
        statistic: Stats.MAXIMUM,
        period: Duration.hours(1),
      }),
      threshold: 0,
      runbook: 'replication-lags',
      summary: 'what stands in the recovery region is older than allowed',
    });
    this.ledgerTableName = ledger.tableName;
    new StringParameter(this, 'Deployment', {
      parameterName: deploymentParameterName(application),
      description: 'What was deployed, for the command line and the console',
      stringValue: this.toJsonString({
        region: this.region,
        recoveryRegion: aws.recoveryRegion,
        apiUrl: api.api.apiEndpoint,
        apiDomain: configuration.api.domain?.name,
        eventBusName: bus.bus.eventBusName,
        ledgerTableName: ledger.tableName,
        environments: Object.keys(configuration.environments),
        workflowArns: Object.fromEntries(workflowNames.map((name) => [name, Workflow.arnOf(this, application, name)])),
        deadLetterQueueUrls: Object.fromEntries(
          concerns.map((concern) => [concern, deadLetters.queueOf(concern).queueUrl]),
        ),
      }),
    });
  }
}

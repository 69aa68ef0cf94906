// The recovery region's stack: it only composes what must work there when the primary region does not.
import { Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import type { Configuration } from '../../config/schema.ts';
import { deploymentParameterName } from '../../contracts/deployment.ts';
import { type RecoveryFunctionName, recoveryRegionFunctions } from '../../contracts/recovery-region-functions.ts';
import { ApiDomain } from '../constructs/api-domain.ts';
import { AutomationBus } from '../constructs/automation-bus.ts';
import { pascalCase } from '../constructs/automation-functions.ts';
import { AutomationSchedule } from '../constructs/automation-schedule.ts';
import { ClusterAccess } from '../constructs/cluster-access.ts';
import { DeadLetters } from '../constructs/dead-letters.ts';
import { EncryptionKey } from '../constructs/encryption-key.ts';
import { Monitoring } from '../constructs/monitoring.ts';
import { RegistryAccess } from '../constructs/registry-access.ts';
import { WebhookApi } from '../constructs/webhook-api.ts';
import { Workflow } from '../constructs/workflow.ts';
import { buildCollaborators } from '../constructs/workflow-collaborators.ts';
import { WorldAddresses } from '../constructs/world-addresses.ts';
import { DnsAccess } from '../recovery/dns-access.ts';
import { LedgerReplica } from '../recovery/ledger-replica.ts';
import { PrimaryClusters } from '../recovery/primary-clusters.ts';
import { RecoveryFunctions } from '../recovery/recovery-functions.ts';
import {
  buildRecoveryRoutes,
  type RecoveryWorkflowName,
  recoveryHttpRoutes,
  recoverySchedules,
  recoveryWorkflowNames,
} from '../recovery/recovery-routes.ts';
import { ReplicaAccess } from '../recovery/replica-access.ts';
import { ReplicaBuckets } from '../recovery/replica-buckets.ts';
import { SecretReplicas } from '../recovery/secret-replicas.ts';
import { workflowNames } from '../routes/workflow-names.ts';
import { apiHealthPath } from '../routes.ts';

export interface RecoveryStackProps extends StackProps {
  readonly configuration: Configuration;
  /** The ledger whose replica stands in this region. */
  readonly ledgerTableName: string;
  /** The key of the replicas of the backups. */
  readonly replicaKey: IKey;
  /** A stack in the primary region that lets functions of this one into the clusters there. */
  readonly homeAccess: Stack;
}

/** What must stand in the recovery region before anything can be recovered there. The ledger's replica belongs to the global table. */
export class RecoveryStack extends Stack {
  constructor(
    scope: Construct,
    id: string,
    { configuration, ledgerTableName, replicaKey, homeAccess, ...props }: RecoveryStackProps,
  ) {
    super(scope, id, props);
    const { application, notifications, retention, recovery } = configuration;
    const logRetention: RetentionDays = configuration.logRetentionDays;
    const { key } = new EncryptionKey(this, 'Encryption', {
      description: 'Deployment automation in the recovery region',
    });
    const monitoring = new Monitoring(this, 'Monitoring', { key, alarmEmail: notifications.alarmEmail });
    this.watchLedger(monitoring, ledgerTableName);
    const deadLetters = new DeadLetters(this, 'DeadLetters', { key, monitoring, concerns: ['backups'] });
    const archiveRetention = Duration.days(retention.archiveDays);
    const bus = new AutomationBus(this, 'Events', { application, key, archiveRetention });
    const ledger = new LedgerReplica(this, 'Ledger', { tableName: ledgerTableName });
    const functions = new RecoveryFunctions(this, 'Functions', {
      ...{ configuration, key, logRetention, monitoring, deadLetters, ledger, bus },
      buckets: new ReplicaBuckets(this, 'Backups', { configuration, key: replicaKey }),
      secrets: new SecretReplicas(this, 'Secrets', { application }),
      addresses: new WorldAddresses(this, 'Addresses', configuration),
      registry: new RegistryAccess(this, 'Registry', { configuration }),
      clusters: new ClusterAccess(this, 'Clusters', {
        clusters: [...new Set(Object.values(recovery.environments).map(({ cluster }) => cluster))],
        entries: this,
      }),
      primaryClusters: new PrimaryClusters(this, 'PrimaryClusters', { configuration, entries: homeAccess }),
      dns: new DnsAccess(this, 'Dns', { configuration }),
      replicas: new ReplicaAccess(this, 'Replicas', { configuration }),
      workflowArns: recoveryWorkflowNames.map((name) => Workflow.arnOf(this, application, name)),
      primaryWorkflowArns: workflowNames.map((name) =>
        Workflow.arnOf(this, application, name, configuration.aws.primaryRegion),
      ),
    });
    const collaborators = buildCollaborators({
      names: Object.keys(recoveryRegionFunctions) as RecoveryFunctionName[],
      functions,
      ledger,
      bus,
    });
    const workflows = Object.fromEntries(
      recoveryWorkflowNames.map((name) => [
        name,
        new Workflow(this, pascalCase(name), { name, application, collaborators, key, logRetention, monitoring }),
      ]),
    ) as Record<RecoveryWorkflowName, Workflow>;

    const { api, stage } = new WebhookApi(this, 'Webhooks', {
      ...{ application, key, logRetention, monitoring },
      routes: recoveryHttpRoutes.map((route) => ({ path: route.path, function: functions.get(route.function) })),
    });
    if (configuration.api.domain !== undefined)
      new ApiDomain(this, 'Domain', {
        ...{ domain: configuration.api.domain, site: 'recovery', api, stage },
        healthPath: apiHealthPath,
      });
    for (const { target, ...route } of buildRecoveryRoutes(configuration, (name) =>
      Workflow.arnOf(this, application, name),
    )) {
      bus.addRoute(route.id, {
        ...route,
        target: 'workflow' in target ? workflows[target.workflow].stateMachine : functions.get(target.function),
        deadLetters: deadLetters.queueOf('backups'),
      });
    }
    for (const { id, description, schedule, target } of recoverySchedules) {
      new AutomationSchedule(this, id, {
        ...{ application, description, key, ...configuration.schedules[schedule] },
        target: workflows[target.workflow].stateMachine,
        deadLetters: deadLetters.queueOf('backups'),
      });
    }
    new StringParameter(this, 'Deployment', {
      parameterName: deploymentParameterName(application),
      description: 'What was deployed here, for the command line',
      stringValue: this.toJsonString({
        region: this.region,
        recoveryRegion: this.region,
        apiUrl: api.apiEndpoint,
        apiDomain: configuration.api.domain?.name,
        eventBusName: bus.bus.eventBusName,
        ledgerTableName,
        environments: Object.keys(configuration.environments),
        workflowArns: Object.fromEntries(
          recoveryWorkflowNames.map((name) => [name, Workflow.arnOf(this, application, name)]),
        ),
        deadLetterQueueUrls: { backups: deadLetters.queueOf('backups').queueUrl },
      }),
    });
  }

  private watchLedger(monitoring: Monitoring, ledgerTableName: string): void {
    monitoring.addHighSeverityAlarm('LedgerReplicaLags', {
      metric: new Metric({
        namespace: 'AWS/DynamoDB',
        metricName: 'ReplicationLatency',
        dimensionsMap: { TableName: ledgerTableName, ReceivingRegion: this.region },
        statistic: Stats.MAXIMUM,
        period: Duration.minutes(5),
      }),
      // 60 s of lag is far beyond the usual second or two: the replica would lose decisions in a disaster.
      threshold: 60_000,
      evaluationPeriods: 3,
      runbook: 'ledger-replica-lags',
      summary: 'the ledger replica lags more than a minute behind',
    });
  }
}

// Builds every function of the contract table and gives each what the table says that it uses, and nothing else.
import { Duration } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Configuration } from '../../config/schema.ts';
import type { Capability, EnvironmentVariable } from '../../contracts/functions/function-contract.ts';
import { type FunctionName, functions } from '../../contracts/functions.ts';
import { isInRecoveryRegion, jobs } from '../../contracts/jobs.ts';
import type { BackupBuckets } from '../backups/backup-buckets.ts';
import type { ConfigurationKeys } from '../backups/configuration-keys.ts';
import type { DatabaseServers } from '../backups/database-servers.ts';
import type { DatabaseSnapshots } from '../backups/database-snapshots.ts';
import { bundleFunctions } from '../bundling/bundle-functions.ts';
import { buildEventRoutes, scheduleRoutes } from '../routes.ts';
import type { AutomationBus } from './automation-bus.ts';
import { AutomationFunction } from './automation-function.ts';
import { AutomationSchedule } from './automation-schedule.ts';
import type { ClaimChecks } from './claim-checks.ts';
import type { ClusterAccess } from './cluster-access.ts';
import type { Concern, DeadLetters } from './dead-letters.ts';
import type { Ledger } from './ledger.ts';
import type { Monitoring } from './monitoring.ts';
import type { OperatorSecrets } from './operator-secrets.ts';
import type { RegistryAccess } from './registry-access.ts';
import type { WorldAddresses } from './world-addresses.ts';

export interface AutomationFunctionsProps {
  readonly configuration: Configuration;
  readonly key: IKey;
  readonly logRetention: RetentionDays;
  readonly monitoring: Monitoring;
  readonly deadLetters: DeadLetters;
  readonly ledger: Ledger;
  readonly bus: AutomationBus;
  readonly claimChecks: ClaimChecks;
  readonly backups: BackupBuckets;
  readonly snapshots: DatabaseSnapshots;
  readonly databaseServers: DatabaseServers;
  readonly configurationKeys: ConfigurationKeys;
  readonly secrets: OperatorSecrets;
  readonly addresses: WorldAddresses;
  readonly clusters: ClusterAccess;
  /** Machines whose task tokens functions may complete. */
  readonly workflowArns: readonly string[];
  readonly registry: RegistryAccess;
  /** Those of the recovery region that wait for people's agreement. */
  readonly recoveryWorkflowArns: readonly string[];
}

/** API Gateway gives up after 30 s and GitHub after 10 s: an ingress function that is still at work by then is stuck. */
const timeouts: Readonly<Record<Concern, Duration>> = {
  ingress: Duration.seconds(10),
  promotion: Duration.minutes(1),
  approval: Duration.seconds(30),
  rollback: Duration.minutes(1),
  certificates: Duration.minutes(2),
  backups: Duration.minutes(1),
  watchdog: Duration.seconds(30),
  notification: Duration.seconds(30),
  audit: Duration.seconds(15),
};

/** Looked up by name when routes and workflows are wired. */
export class AutomationFunctions extends Construct {
  private readonly byName = new Map<FunctionName, IFunction>();

  constructor(scope: Construct, id: string, props: AutomationFunctionsProps) {
    super(scope, id);
    const names = Object.keys(functions) as FunctionName[];
    const bundles = bundleFunctions(
      Object.fromEntries(
        names.map((name) => [
          name,
          { entry: functions[name].entry, configuration: usesOf(name).includes('configuration') },
        ]),
      ),
      props.configuration,
    );
    for (const name of names) this.byName.set(name, this.addFunction(name, String(bundles[name]), props));
  }

  get(name: FunctionName): IFunction {
    const found = this.byName.get(name);
    if (found === undefined) throw new Error(`no function ${name}, there are ${[...this.byName.keys()].join(', ')}`);
    return found;
  }

  private addFunction(name: FunctionName, bundle: string, props: AutomationFunctionsProps): IFunction {
    const { description, environment, concern } = functions[name];
    const values = environmentValues(props);
    const { function: added } = new AutomationFunction(this, pascalCase(name), {
      ...props,
      name,
      application: props.configuration.application,
      description,
      bundle,
      environment: Object.fromEntries(environment.map((variable: EnvironmentVariable) => [variable, values[variable]])),
      timeout: timeouts[concern],
      deadLetters: listTargets(props.configuration).includes(name) ? props.deadLetters.queueOf(concern) : undefined,
    });
    for (const capability of usesOf(name)) grantCapability(capability, pascalCase(name), added, props);
    return added;
  }
}

/** `plan-promotion` → `PlanPromotion`: construct ids and workflow tokens are made of it. */
export function pascalCase(name: string): string {
  return name.replace(/(?:^|-)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** Functions that rules and schedules invoke, which is asynchronously. Steps of workflows, routes and the command line wait for the answer. */
function listTargets(configuration: Configuration): FunctionName[] {
  const routes = [...buildEventRoutes(configuration), ...scheduleRoutes];
  return routes.flatMap(({ target }) => ('function' in target ? [target.function] : []));
}

function usesOf(name: FunctionName): readonly Capability[] {
  return functions[name].uses;
}

function environmentValues(props: AutomationFunctionsProps): Record<EnvironmentVariable, string> {
  return {
    LEDGER_TABLE_NAME: props.ledger.tableName,
    EVENT_BUS_NAME: props.bus.bus.eventBusName,
    CLAIM_CHECK_BUCKET_NAME: props.claimChecks.bucket.bucketName,
    GITHUB_SECRET_ID: props.secrets.idOf('github'),
    GITHUB_WEBHOOK_SECRET_ID: props.secrets.idOf('github-webhook'),
    ALERTMANAGER_SECRET_ID: props.secrets.idOf('alertmanager'),
    SLACK_SIGNING_SECRET_ID: props.secrets.idOf('slack-signing'),
    ARGOCD_SECRET_ID: props.secrets.idOf('argocd'),
    FLAGGER_SECRET_ID: props.secrets.idOf('flagger'),
    SLACK_SECRET_ID: props.secrets.idOf('slack'),
    PAGER_DUTY_SECRET_ID: props.secrets.idOf('pager-duty'),
    ALARM_TOPIC_ARN: props.monitoring.topic.topicArn,
    REGISTRY_SECRET_ID: props.secrets.idOf('registry'),
    PEPPER_KEY_ID: props.configurationKeys.pepper.keyArn,
    REPLICATED_SECRET_IDS: props.secrets.allIds().join(','),
    ESCROW_KEY_ID: props.configurationKeys.escrow.keyArn,
    METRICS_SECRET_ID: props.secrets.idOf('metrics'),
    ADDRESSES_PARAMETER_PATH: props.addresses.path,
  };
}

function grantCapability(
  capability: Capability,
  id: string,
  grantee: IFunction,
  props: AutomationFunctionsProps,
): void {
  const grants: Record<Capability, () => unknown> = {
    'ledger-read': () => props.ledger.grantRead(grantee),
    'ledger-write': () => props.ledger.grantWrite(grantee),
    bus: () => props.bus.bus.grantPutEventsTo(grantee),
    'claim-check-write': () => props.claimChecks.grantWrite(grantee),
    'claim-check-read': () => props.claimChecks.grantRead(grantee),
    'github-webhook-secret': () => props.secrets.grantRead('github-webhook', grantee),
    'alertmanager-secret': () => props.secrets.grantRead('alertmanager', grantee),
    'slack-signing-secret': () => props.secrets.grantRead('slack-signing', grantee),
    'kubernetes-configuration': () => props.clusters.grantAccess(id, grantee, 'configuration-backup'),
    'kubernetes-sealing-keys': () => props.clusters.grantAccess(id, grantee, 'sealing-key-escrow'),
    'configuration-backups-write': () => {
      props.backups.grantPrefix(grantee, 'configuration', ['s3:GetObject']);
      props.configurationKeys.grantPepper(grantee);
    },
    'sealing-keys-write': () => {
      props.backups.grantPrefix(grantee, 'sealing-keys');
      props.configurationKeys.grantEscrow(grantee);
    },
    replication: () => {
      props.backups.grantReplication(grantee);
      props.ledger.grantReadReplica(grantee);
      props.secrets.grantReplication(grantee);
    },
    'metrics-secret': () => props.secrets.grantRead('metrics', grantee),
    'schedules-read': () =>
      grantee.addToRolePolicy(
        new PolicyStatement({
          actions: ['scheduler:GetSchedule'],
          resources: Object.keys(jobs).map((job) =>
            AutomationSchedule.arnOf(
              grantee,
              props.configuration.application,
              job,
              isInRecoveryRegion(job) ? props.configuration.aws.recoveryRegion : undefined,
            ),
          ),
        }),
      ),
    'argocd-secret': () => props.secrets.grantRead('argocd', grantee),
    'flagger-secret': () => props.secrets.grantRead('flagger', grantee),
    addresses: () => props.addresses.grantRead(grantee),
    github: () => grantWorld(grantee, props, 'github'),
    slack: () => grantWorld(grantee, props, 'slack'),
    'pager-duty': () => grantWorld(grantee, props, 'pager-duty'),
    'alarm-topic': () => props.monitoring.grantPublish(grantee),
    registry: () => {
      grantWorld(grantee, props, 'registry');
      props.registry.grantPull(grantee);
    },
    'image-replication': () => props.registry.grantReplication(grantee),
    kubernetes: () => props.clusters.grantAccess(id, grantee, 'deployment-automation'),
    'kubernetes-certificates': () => props.clusters.grantAccess(id, grantee, 'certificate-checks'),
    'kubernetes-renewals': () => props.clusters.grantAccess(id, grantee, 'certificate-renewals'),
    'kubernetes-jobs': () => props.clusters.grantAccess(id, grantee, 'backup-jobs'),
    'backups-read': () => props.backups.grantRead(grantee),
    'backups-tag': () => props.backups.grantTag(grantee),
    'snapshots-copy': () => props.snapshots.grantCopy(grantee),
    'snapshots-expiry': () => props.snapshots.grantExpiry(grantee),
    'snapshots-proof': () => props.databaseServers.grantProof(grantee),
    'servers-read': () => props.databaseServers.grantDescribe(grantee),
    'servers-restore': () => props.databaseServers.grantRestore(grantee),
    'proofs-sweep': () => props.databaseServers.grantSweep(grantee),
    'task-tokens': () =>
      grantee.addToRolePolicy(
        new PolicyStatement({
          actions: ['states:SendTaskSuccess', 'states:SendTaskFailure', 'states:SendTaskHeartbeat'],
          resources: [...props.workflowArns],
        }),
      ),
    'task-tokens-recovery': () =>
      grantee.addToRolePolicy(
        new PolicyStatement({ actions: ['states:SendTaskSuccess'], resources: [...props.recoveryWorkflowArns] }),
      ),
    configuration: () => undefined,
  };
  grants[capability]();
}

function grantWorld(
  grantee: IFunction,
  props: AutomationFunctionsProps,
  secret: 'github' | 'slack' | 'pager-duty' | 'registry',
): void {
  props.secrets.grantRead(secret, grantee);
  props.addresses.grantRead(grantee);
}

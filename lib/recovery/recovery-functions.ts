// Builds the functions of the recovery stack from their table, and gives each what the table says that it uses, and nothing else.
import { Duration } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Configuration } from '../../config/schema.ts';
import type { EnvironmentVariable } from '../../contracts/functions/function-contract.ts';
import {
  type RecoveryCapability,
  type RecoveryFunctionContract,
  type RecoveryFunctionName,
  recoveryRegionFunctions,
} from '../../contracts/recovery-region-functions.ts';
import { bundleFunctions } from '../bundling/bundle-functions.ts';
import type { AutomationBus } from '../constructs/automation-bus.ts';
import { AutomationFunction } from '../constructs/automation-function.ts';
import { pascalCase } from '../constructs/automation-functions.ts';
import type { ClusterAccess } from '../constructs/cluster-access.ts';
import type { DeadLetters } from '../constructs/dead-letters.ts';
import type { Monitoring } from '../constructs/monitoring.ts';
import type { RegistryAccess } from '../constructs/registry-access.ts';
import type { WorldAddresses } from '../constructs/world-addresses.ts';
import type { DnsAccess } from './dns-access.ts';
import type { LedgerReplica } from './ledger-replica.ts';
import type { PrimaryClusters } from './primary-clusters.ts';
import { listRecoveryTargets } from './recovery-routes.ts';
import type { ReplicaAccess } from './replica-access.ts';
import type { ReplicaBuckets } from './replica-buckets.ts';
import type { SecretReplicas } from './secret-replicas.ts';

export interface RecoveryFunctionsProps {
  readonly configuration: Configuration;
  readonly key: IKey;
  readonly logRetention: RetentionDays;
  readonly monitoring: Monitoring;
  readonly deadLetters: DeadLetters;
  readonly ledger: LedgerReplica;
  readonly bus: AutomationBus;
  readonly buckets: ReplicaBuckets;
  readonly secrets: SecretReplicas;
  readonly addresses: WorldAddresses;
  readonly registry: RegistryAccess;
  readonly clusters: ClusterAccess;
  /** Those of the primary region. */
  readonly primaryClusters: PrimaryClusters;
  readonly dns: DnsAccess;
  readonly replicas: ReplicaAccess;
  /** Machines whose task tokens functions may complete. */
  readonly workflowArns: readonly string[];
  /** Those of the primary region, where what people answer here may be waited for. */
  readonly primaryWorkflowArns: readonly string[];
}

export class RecoveryFunctions extends Construct {
  private readonly byName: ReadonlyMap<RecoveryFunctionName, IFunction>;

  constructor(scope: Construct, id: string, props: RecoveryFunctionsProps) {
    super(scope, id);
    const table = Object.entries<RecoveryFunctionContract>(recoveryRegionFunctions);
    const bundles = bundleFunctions(
      Object.fromEntries(
        table.map(([name, { entry, uses }]) => [name, { entry, configuration: uses.includes('configuration') }]),
      ),
      props.configuration,
      'recovery',
    );
    this.byName = new Map(
      table.map(([name, contract]) => [
        name as RecoveryFunctionName,
        this.addFunction(name as RecoveryFunctionName, contract, String(bundles[name]), props),
      ]),
    );
  }

  get(name: RecoveryFunctionName): IFunction {
    const found = this.byName.get(name);
    if (found === undefined) throw new Error(`no function ${name} in the recovery region`);
    return found;
  }

  private addFunction(
    name: RecoveryFunctionName,
    { description, environment, uses }: RecoveryFunctionContract,
    bundle: string,
    props: RecoveryFunctionsProps,
  ): IFunction {
    const { function: added } = new AutomationFunction(this, pascalCase(name), {
      ...props,
      name,
      application: props.configuration.application,
      description,
      bundle,
      // Known by name where it enters the clusters of the other region.
      roleName: recoveryRoleName(props.configuration.application, name),
      environment: Object.fromEntries(environment.map((variable) => [variable, readValue(variable, props)])),
      timeout: Duration.minutes(1),
      deadLetters: listRecoveryTargets(props.configuration).includes(name)
        ? props.deadLetters.queueOf('backups')
        : undefined,
    });
    for (const capability of uses) grantCapability(capability, pascalCase(name), added, props);
    return added;
  }
}

/** IAM is of no region: the name tells the role from the one of the same function in the primary region. */
export function recoveryRoleName(application: string, name: string): string {
  return `${application}-recovery-${name}`;
}

function readValue(variable: EnvironmentVariable, props: RecoveryFunctionsProps): string {
  const { ledger, bus, secrets, addresses, monitoring } = props;
  const values: Partial<Record<EnvironmentVariable, string>> = {
    LEDGER_TABLE_NAME: ledger.tableName,
    EVENT_BUS_NAME: bus.bus.eventBusName,
    GITHUB_SECRET_ID: secrets.nameOf('github'),
    SLACK_SIGNING_SECRET_ID: secrets.nameOf('slack-signing'),
    SLACK_SECRET_ID: secrets.nameOf('slack'),
    PAGER_DUTY_SECRET_ID: secrets.nameOf('pager-duty'),
    REGISTRY_SECRET_ID: secrets.nameOf('registry'),
    REPLICATED_SECRET_IDS: secrets.allNames().join(','),
    ALARM_TOPIC_ARN: monitoring.topic.topicArn,
    ADDRESSES_PARAMETER_PATH: addresses.path,
  };
  const value = values[variable];
  if (value === undefined) throw new Error(`the recovery region has no ${variable}: add it to recovery-functions.ts`);
  return value;
}

function grantCapability(
  capability: RecoveryCapability,
  id: string,
  grantee: IFunction,
  props: RecoveryFunctionsProps,
): void {
  const { ledger, bus, buckets, secrets, addresses, monitoring, clusters, primaryClusters, dns } = props;
  const grantWorld = (secret: 'github' | 'slack' | 'pager-duty' | 'registry'): void => {
    secrets.grantRead(secret, grantee);
    addresses.grantRead(grantee);
  };
  const grants: Record<RecoveryCapability, () => unknown> = {
    'ledger-read': () => ledger.grantRead(grantee),
    'ledger-write': () => ledger.grantWrite(grantee),
    bus: () => bus.bus.grantPutEventsTo(grantee),
    'backups-read': () => buckets.grantRead(grantee),
    'scorecards-write': () => buckets.grantScorecards(grantee),
    'secrets-describe': () => secrets.grantDescribe(grantee),
    'kubernetes-recovery': () => clusters.grantAccess(id, grantee, 'recovery'),
    'kubernetes-primary': () => primaryClusters.grantAccess(id, grantee),
    'dns-read': () => dns.grantRead(grantee),
    'dns-write': () => dns.grantWrite(grantee),
    'replicas-read': () => props.replicas.grantRead(grantee),
    'replicas-promote': () => props.replicas.grantPromote(grantee),
    'task-tokens': () =>
      grantee.addToRolePolicy(
        new PolicyStatement({
          actions: ['states:SendTaskSuccess', 'states:SendTaskFailure', 'states:SendTaskHeartbeat'],
          resources: [...props.workflowArns],
        }),
      ),
    'task-tokens-primary': () =>
      grantee.addToRolePolicy(
        new PolicyStatement({ actions: ['states:SendTaskSuccess'], resources: [...props.primaryWorkflowArns] }),
      ),
    'slack-signing-secret': () => secrets.grantRead('slack-signing', grantee),
    'alarm-topic': () => monitoring.grantPublish(grantee),
    github: () => grantWorld('github'),
    slack: () => grantWorld('slack'),
    'pager-duty': () => grantWorld('pager-duty'),
    registry: () => {
      grantWorld('registry');
      props.registry.grantPull(grantee);
    },
    configuration: () => undefined,
  };
  grants[capability]();
}

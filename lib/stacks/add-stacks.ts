// Composes the app of its stacks: the automation and its alarms in the primary region, and what waits in the recovery region.
import { type App, Stack, Tags } from 'aws-cdk-lib';
import type { Configuration } from '../../config/schema.ts';
import { AutomationStack } from './automation-stack.ts';
import { BackupReplicasStack } from './backup-replicas-stack.ts';
import { RecoveryStack } from './recovery-stack.ts';

export interface Stacks {
  readonly automation: AutomationStack;
  readonly recovery: RecoveryStack;
}

/** Adds all stacks; the account is that of the credentials at deploy time, so that synthesis needs none. */
export function addStacks(app: App, configuration: Configuration): Stacks {
  const { application, aws } = configuration;
  Tags.of(app).add('application', application);
  Tags.of(app).add('component', 'deployment-automation');
  const replicas = new BackupReplicasStack(app, `${application}-automation-replicas`, {
    env: { region: aws.recoveryRegion },
    description: 'Deployment automation: the replicas of the backups',
    configuration,
  });
  const alarms = new Stack(app, `${application}-automation-alarms`, {
    env: { region: aws.primaryRegion },
    description: 'Deployment automation: what watches it',
  });
  const access = new Stack(app, `${application}-automation-access`, {
    env: { region: aws.primaryRegion },
    description: 'Deployment automation: who of it enters which cluster',
  });
  const automation = new AutomationStack(app, `${application}-automation`, {
    env: { region: aws.primaryRegion },
    description: 'Deployment automation: promotions, rollbacks, backups and certificates, driven by events',
    configuration,
    alarms,
    access,
  });
  automation.addStackDependency(replicas, 'replicates its buckets to those');
  const homeAccess = new Stack(app, `${application}-automation-recovery-access`, {
    env: { region: aws.primaryRegion },
    description: 'Deployment automation: what of the recovery region enters the clusters of the primary one',
  });
  const recovery = new RecoveryStack(app, `${application}-automation-recovery`, {
    env: { region: aws.recoveryRegion },
    description: 'Deployment automation: what waits in the recovery region',
    configuration,
    ledgerTableName: automation.ledgerTableName,
    replicaKey: replicas.key,
    homeAccess,
  });
  recovery.addStackDependency(automation, 'watches the replica of the ledger');
  return { automation, recovery };
}

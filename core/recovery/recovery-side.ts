// The configuration as it holds in the recovery region: the same environments, in the clusters that wait there.
import type { Configuration } from '../../config/schema.ts';
import { backupReplicaName } from '../../contracts/backup-places.ts';
import type { Site } from '../../contracts/ledger/fail-overs.ts';
import type { AgentBackup } from '../../contracts/workflows/agent-jobs.ts';

/** Without the environments that are not recovered. */
export function asInRecoveryRegion(configuration: Configuration): Configuration {
  const environments = Object.entries(configuration.recovery.environments).flatMap(([name, place]) => {
    const environment = configuration.environments[name];
    return environment === undefined ? [] : [[name, { ...environment, ...toPlace(place, environment) }] as const];
  });
  return { ...configuration, environments: Object.fromEntries(environments) };
}

function toPlace(
  { cluster, namespace, argoApplication }: Configuration['recovery']['environments'][string],
  home: Configuration['environments'][string],
): Pick<typeof home, 'cluster' | 'namespace' | 'argoApplication'> {
  return { cluster, namespace, argoApplication: argoApplication ?? `${home.argoApplication}-recovery` };
}

/** As it holds where the environments of the recovery region run, or where they are at home. */
export function atSite(configuration: Configuration, site: Site): Configuration {
  return site === 'recovery' ? asInRecoveryRegion(configuration) : configuration;
}

/** The same backup, where it was replicated to. */
export function asReplica(application: string, backup: AgentBackup): AgentBackup {
  return { ...backup, bucket: backupReplicaName(application, backup.environment) };
}

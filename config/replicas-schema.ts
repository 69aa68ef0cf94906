// Read replicas in the recovery region: what a fail-over promotes in the place of a restore.
import { z } from 'zod';
import { rdsIdentifier, type SnapshotConfiguration } from './snapshots-schema.ts';

export const replicaSchema = z.strictObject({
  /** Of the replica of `snapshot.identifier`, in the recovery region. */
  identifier: rdsIdentifier,
  /** How many days of automated backups it keeps from its promotion on. */
  backupRetentionDays: z.int().min(1).max(35).default(7),
});
export type ReplicaConfiguration = z.output<typeof replicaSchema>;

interface Places {
  readonly recovery: { readonly environments: Readonly<Record<string, unknown>> };
  readonly databases: Readonly<
    Record<
      string,
      {
        readonly environments: Readonly<
          Record<
            string,
            {
              readonly dump: boolean;
              readonly snapshot?: SnapshotConfiguration | undefined;
              readonly replica?: ReplicaConfiguration | undefined;
            }
          >
        >;
      }
    >
  >;
}

/** Replicas that no fail-over could promote, or that follow nothing that is named. */
export function findReplicaProblems({ recovery, databases }: Places): { path: PropertyKey[]; message: string }[] {
  const seen = new Map<string, string>();
  return Object.entries(databases).flatMap(([database, { environments }]) =>
    Object.entries(environments).flatMap(([environment, { snapshot, replica }]) => {
      if (replica === undefined) return [];
      const path = ['databases', database, 'environments', environment, 'replica'];
      const other = seen.get(replica.identifier);
      seen.set(replica.identifier, `${database} in ${environment}`);
      return [
        ...(snapshot?.kind === 'instance'
          ? []
          : [
              {
                path,
                message: `must stand beside a snapshot of kind instance, whose identifier it follows, got ${snapshot?.kind ?? 'none'}: replicas of clusters are not promoted`,
              },
            ]),
        ...(environment in recovery.environments
          ? []
          : [{ path, message: `must be left out: ${environment} has no place in recovery.environments` }]),
        ...(other === undefined
          ? []
          : [{ path: [...path, 'identifier'], message: `${replica.identifier} is of ${other} already` }]),
      ];
    }),
  );
}

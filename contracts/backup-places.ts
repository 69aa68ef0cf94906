// Where backups lie: names that the stacks give and the functions compute.

export function backupBucketName(application: string, environment: string): string {
  return `${application}-${environment}-backups`;
}

/** In the recovery region. */
export function backupReplicaName(application: string, environment: string): string {
  return `${backupBucketName(application, environment)}-replica`;
}

/** Of the key that the replicas are encrypted under. */
export function backupReplicaKeyAlias(application: string): string {
  return `alias/${application}-backup-replicas`;
}

/** What the names of a database's snapshots in RDS begin with. */
export function snapshotPrefix(application: string, environment: string, database: string): string {
  return `${application}-${environment}-${database}-`.replaceAll(/-+/g, '-');
}

/** The tag of a snapshot that says whose it is: IAM lets us delete what carries it, and nothing else. */
export const snapshotOwnerTag = 'managed-by';

export function snapshotOwner(application: string): string {
  return `${application}-automation`;
}

/** The one instance or cluster that proofs of a database's snapshots are restored to: IAM lets them make no other. At most 63 characters, as RDS has it. */
export function proofServer(application: string, environment: string, database: string): string {
  const name = `${application}-proof-${environment}-${database}`.replaceAll(/-+/g, '-');
  return name.slice(0, 63).replace(/-$/, '');
}

/** The instance of a cluster that is restored; it has no other. */
export function firstInstanceOf(cluster: string): string {
  return `${cluster.slice(0, 61).replace(/-$/, '')}-1`;
}

/** What the names of servers begin with that a restore makes beside the live one (`restore`) and keeps of it (`replaced`). */
export function serverPrefix(live: string, of: 'restore' | 'replaced'): string {
  // 63 characters at most, with 15 of a time, and room for the number of a cluster's instance.
  return `${live.slice(0, 34).replace(/-$/, '')}-${of}-`;
}

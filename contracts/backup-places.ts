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

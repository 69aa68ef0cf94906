// Names of a backup and of what belongs to it, all made of what it is of and when it was begun.
import { snapshotPrefix } from '../../contracts/backup-places.ts';

/** `2026-11-24T02:00:00.000Z` → `20261124_020000`. */
export function stampOf(time: string): string {
  return time.replace(/[-:]|\.\d+Z$/g, '').replace('T', '_');
}

export interface BackupOf {
  readonly environment: string;
  readonly name: string;
  readonly method: string;
  readonly stamp: string;
}

export function backupIdOf({ environment, name, method, stamp }: BackupOf): string {
  return `${environment}.${name}.${method}.${stamp}`;
}

/** Below it lie the backup's objects. */
export function prefixOf({ name, stamp }: Pick<BackupOf, 'name' | 'stamp'>): string {
  return `database/${stamp}/${name}/`;
}

/** A Kubernetes name: at most 63 letters, digits and dashes. */
export function jobNameOf(verb: string, { name, stamp }: Pick<BackupOf, 'name' | 'stamp'>): string {
  return `${verb}-${name}-${stamp.replace('_', '-')}`.slice(0, 63);
}

/** Of RDS: letters, digits and single dashes. IAM lets us touch what begins like this: see lib/backups/database-snapshots.ts. */
export function snapshotIdOf(application: string, { environment, name, stamp }: Omit<BackupOf, 'method'>): string {
  return `${snapshotPrefix(application, environment, name)}${stamp.replace('_', '-')}`;
}

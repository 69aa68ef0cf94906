// `automation backups …`: what is in the catalogue, one backup with all that is known of it, and a backup at once.
import { type BackupRecord, backupKeys, backupKinds, backupRecord } from '../../contracts/ledger/backups.ts';
import type { BackupRequest } from '../../contracts/workflows/back-up-database.ts';
import type { VerificationRequest } from '../../contracts/workflows/verify-backup.ts';
import type { Connection } from '../connection.ts';
import { createLedgerReader } from '../ledger-reader.ts';
import { CommandFailure, exitCodes, printable, renderTable } from '../output.ts';
import { renderStatus } from '../render-status.ts';
import { runWorkflow, type StartedExecution } from '../run-workflow.ts';

export interface BackupListing {
  readonly env?: string | undefined;
  readonly database?: string | undefined;
  readonly limit: number;
}

/** Newest first. @throws CommandFailure for an environment that there is not. */
export async function listBackups(
  connection: Connection,
  { env, database, limit }: BackupListing,
): Promise<BackupRecord[]> {
  const { environments = [] } = connection.deployment;
  if (env !== undefined && !environments.includes(env))
    throw new CommandFailure(`no environment ${env}, there are ${environments.join(', ')}`, exitCodes.notFound);
  const ledger = createLedgerReader(connection);
  const lists = await Promise.all(
    (env === undefined ? environments : [env]).map((environment) =>
      ledger.listByKind(backupKinds.backup(environment), backupRecord, {
        newestFirst: true,
        // Of one database among several: how many records there are of the others is not known.
        ...(database === undefined ? { limit } : {}),
      }),
    ),
  );
  return lists
    .flat()
    .filter(({ name }) => database === undefined || name === database)
    .sort((left, right) => right.startedAt.localeCompare(left.startedAt))
    .slice(0, limit);
}

/** @throws CommandFailure when there is none of that id. */
export async function showBackup(connection: Connection, backupId: string): Promise<BackupRecord> {
  const backup = await createLedgerReader(connection).find(backupKeys.backup(backupId), backupRecord);
  if (backup === undefined)
    throw new CommandFailure(`no backup ${backupId}: automation backups list shows all`, exitCodes.notFound);
  return backup;
}

export async function createBackup(
  connection: Connection,
  request: BackupRequest,
  wait: boolean,
): Promise<StartedExecution> {
  return await runWorkflow(connection, 'back-up-database', { request }, wait);
}

export async function verifyBackup(
  connection: Connection,
  request: VerificationRequest,
  wait: boolean,
): Promise<StartedExecution> {
  return await runWorkflow(connection, 'verify-backup', { request }, wait);
}

/** The one word for a backup: the farthest that it has come. */
export function describeState({ status, verifiedAt, replicatedAt }: BackupRecord): string {
  if (status !== 'complete') return status;
  const marks = [
    ...(verifiedAt === undefined ? [] : ['verified']),
    ...(replicatedAt === undefined ? [] : ['replicated']),
  ];
  return marks.length === 0 ? 'complete' : marks.join(', ');
}

export function renderBackups(backups: readonly BackupRecord[]): string {
  if (backups.length === 0) return 'no backup has been made yet: automation backups create makes one';
  const rows = backups.map((backup) => [
    backup.backupId,
    renderStatus(describeState(backup)),
    backup.tier,
    backup.keepUntil.slice(0, 10),
    backup.bytes === undefined ? '-' : renderBytes(backup.bytes),
    backup.rows === undefined ? '-' : String(backup.rows),
    backup.verification === undefined ? '-' : `${backup.verification.restoreSeconds.toFixed(1)} s`,
    printable(backup.reason ?? backup.verificationFailure ?? ''),
  ]);
  return renderTable(['BACKUP', 'STATE', 'TIER', 'KEPT UNTIL', 'SIZE', 'ROWS', 'RESTORED IN', 'WHY'], rows);
}

export function renderBackup(backup: BackupRecord): string {
  const lines: readonly (readonly [string, string | number | undefined])[] = [
    ['state', renderStatus(describeState(backup))],
    ['database', `${backup.name} in ${backup.environment}, by ${backup.method}`],
    ['begun', backup.startedAt],
    ['ended', backup.finishedAt],
    ['kept', `as ${backup.tier} until ${backup.keepUntil}${backup.legalHold === true ? ', and on legal hold' : ''}`],
    ['where', backup.bucket === undefined ? backup.snapshotId : `s3://${backup.bucket}/${backup.prefix}`],
    ['size', backup.bytes === undefined ? undefined : renderBytes(backup.bytes)],
    ['sha256', backup.sha256],
    ['rows', backup.rows === undefined ? undefined : `${backup.rows} of ${backup.tables} tables`],
    ['server', backup.engineVersion],
    ['schema', backup.schemaVersion],
    ['newest record', backup.newestRecordAt],
    ['verified', backup.verifiedAt],
    [
      'restored in',
      backup.verification === undefined ? undefined : `${backup.verification.restoreSeconds.toFixed(1)} s`,
    ],
    ['not verified', backup.verificationFailure],
    ['replicated', backup.replicatedAt],
    ['why', backup.reason],
    ['by', backup.actor],
    ['execution', backup.executionArn],
  ];
  return [
    backup.backupId,
    ...lines.flatMap(([name, value]) =>
      value === undefined ? [] : [`  ${name.padEnd(14)} ${printable(String(value))}`],
    ),
  ].join('\n');
}

/** `12 B`, `8.6 kB`, `1.2 GB`: powers of 1000, as S3's bill counts. */
function renderBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, bytes < 1 ? 0 : Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[power]}`;
}

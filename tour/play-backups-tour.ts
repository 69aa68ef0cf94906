// Plays a month of nights: backups, a night that fails, the weekly proof, the retention, and a restore after a bad change.
import colors from 'picocolors';
import { renderBackups } from '../cli/commands/backups.ts';
import { type BackupRecord, backupKinds, backupRecord } from '../contracts/ledger/backups.ts';
import { scheduleRoutes } from '../lib/routes.ts';
import { operatorOf } from '../local/runtime/service.ts';
import { secrets } from '../local/world/kubernetes/resources/built-in-types.ts';
import type { KubernetesObject } from '../local/world/kubernetes/resources/kubernetes-object.ts';
import { putDatabaseSecrets } from '../local/world/postgres/put-database-secrets.ts';
import { narrowSchedules, pauseSchedules } from './change-schedules.ts';
import { drawRetention } from './draw-retention.ts';
import { listLedgerItems } from './list-ledger-items.ts';
import { type Print, printFindings } from './print-activities.ts';
import { queryDatabase } from './query-database.ts';
import type { System } from './start-system.ts';
import { suspendBaseBackups } from './suspend-base-backups.ts';

const nights = 30;
const badNight = 9;
const hour = 3_600_000;
const day = 24 * hour;
/** What a night consists of. A completed backup is followed to the recovery region without the hourly sweep. */
const ofEnvironments = ['back-up-database', 'back-up-configuration', 'verify-backup'];
const nightly = [...ofEnvironments, 'apply-retention'];
/** Rounds that have nothing to do with it. */
const paused = scheduleRoutes.map(({ id }) => id).filter((id) => !nightly.includes(id));

/** Returns whether everything happened that a month of backups is made of. */
export async function playBackupsTour(system: System, print: Print): Promise<boolean> {
  const startedAt = performance.now();
  const [name = '', database] = Object.entries(system.configuration.databases)[0] ?? [];
  const environment = Object.keys(database?.environments ?? {}).at(-1) ?? '';
  print(colors.bold(`\n${nights} nights of backups, on the virtual clock`));
  print(
    colors.dim(
      `(of ${name} in ${environment} alone; real PostgreSQL, real dumps by Jobs; all other schedules pause meanwhile)\n`,
    ),
  );
  const resumeOthers = await pauseSchedules(system, paused);
  const widen = await narrowSchedules(system, ofEnvironments, { environment, database: name });
  const resumeBaseBackups = suspendBaseBackups(system, environment);
  try {
    await playNights(system, print, { environment, name });
    const backups = await listBackups(system, environment, name);
    print(colors.bold(`\nThe catalogue of ${name} in ${environment}, as automation backups list shows it\n`));
    print(renderBackups(backups.slice(0, 8)));
    print(colors.dim(`… ${Math.max(0, backups.length - 8)} more`));
    print(colors.bold('\nWhat is kept, and how long\n'));
    print(drawRetention(backups, system.runtime.context.clock.now()));
    const restored = await playRestore(system, print, backups, { environment, name });
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    printFindings(print, judge(backups, restored), seconds);
    return judge(backups, restored).missing.length === 0;
  } catch (error) {
    print(colors.red(`The tour broke off: ${error instanceof Error ? error.message : String(error)}`));
    return false;
  } finally {
    resumeBaseBackups();
    await widen();
    await resumeOthers();
  }
}

interface Stage {
  readonly environment: string;
  readonly name: string;
}

/** A line for each night; by day the database grows. In one night the password is wrong. */
async function playNights(system: System, print: Print, stage: Stage): Promise<void> {
  const { clock } = system.runtime.context;
  // To half past five after the next two o'clock: after the backups, the retention and the proof.
  const untilMorning = day - ((clock.now() - 2 * hour) % day) + 3.5 * hour;
  for (let night = 1; night <= nights; night += 1) {
    if (night === badNight) spoilPassword(system, stage);
    await clock.advance(night === 1 ? untilMorning : day);
    if (night === badNight) putDatabaseSecrets(system.configuration, system.world.databases, system.world.clusters);
    const [newest] = await listBackups(system, stage.environment, stage.name);
    print(renderNight(night, newest));
    await queryDatabase(
      system,
      stage,
      `INSERT INTO records (table_id, fields) SELECT 1 + n % 20, jsonb_build_object('Name', 'of day ${night}', 'n', n) FROM generate_series(1, 40) n`,
    );
  }
}

function renderNight(night: number, backup: BackupRecord | undefined): string {
  if (backup === undefined) return `  night ${night}: no backup`;
  const { status, tier, bytes = 0, rows = 0, reason = '', startedAt, verification } = backup;
  const proof =
    verification === undefined ? '' : colors.green(` proven, restored in ${verification.restoreSeconds.toFixed(1)} s`);
  const state =
    status === 'complete'
      ? `${colors.green(status)} ${String(rows).padStart(6)} rows ${(bytes / 1000).toFixed(1).padStart(6)} kB ${tier}${proof}`
      : `${colors.red(status)} ${reason}`;
  return `  ${startedAt.slice(0, 16)}  ${state}`;
}

function spoilPassword({ configuration, world }: System, { environment, name }: Stage): void {
  const { cluster = '', namespace = '' } = configuration.environments[environment] ?? {};
  const secret = configuration.databases[name]?.environments[environment]?.credentials ?? '';
  world.clusters
    .get(cluster)
    ?.registry.update<KubernetesObject & { data: Record<string, string> }>(secrets, namespace, secret, (found) => {
      found.data.PGPASSWORD = Buffer.from('not the password').toString('base64');
    });
}

interface Restored {
  readonly before: string;
  readonly damaged: string;
  readonly after: string;
  readonly words: string;
}

/** A change destroys data; the proven backup brings back what it holds. */
async function playRestore(
  system: System,
  print: Print,
  backups: readonly BackupRecord[],
  stage: Stage,
): Promise<Restored> {
  const { environment, name } = stage;
  const backup = backups.find(({ status }) => status === 'complete');
  if (backup === undefined) throw new Error('there is no backup to restore from');
  const digest = `SELECT count(*) || ' rows, ' || md5(string_agg(id || fields::text, ',' ORDER BY id)) AS words FROM records WHERE updated_at <= '${backup.newestRecordAt}'`;
  const ask = async (): Promise<string> =>
    (await queryDatabase<{ words: string }>(system, stage, digest))[0]?.words ?? '';
  print(colors.bold(`\nA bad change destroys data of ${name} in ${environment}, and it is restored\n`));
  const before = await ask();
  await queryDatabase(system, stage, `DELETE FROM workspaces WHERE id < 3`);
  const damaged = await ask();
  print(`  before   ${before}\n  damaged  ${damaged}`);
  const { context } = system.runtime;
  const call = <Output extends object>(operation: string, input: object): Promise<Output> =>
    context.call<Output>({
      service: 'sfn',
      operation,
      input,
      principal: operatorOf(context),
      region: system.deployment.region,
    });
  const request = {
    ...{ environment, database: name, backupId: backup.backupId, confirmedDatabase: name },
    ...{ actor: 'ada-release', reason: 'a bad change' },
  };
  const { executionArn } = await call<{ executionArn: string }>('StartExecution', {
    stateMachineArn: system.deployment.workflowArns['restore-database'],
    input: JSON.stringify({ request }),
  });
  for (const until = performance.now() + 120_000; performance.now() < until; ) {
    const end = await call<{ status: string; output?: string; cause?: string }>('DescribeExecution', { executionArn });
    if (end.status !== 'RUNNING') {
      const words =
        end.output === undefined ? String(end.cause) : (JSON.parse(end.output) as { reason: string }).reason;
      const after = await ask();
      print(`  restored ${after}\n           ${words}`);
      return { before, damaged, after, words };
    }
    await context.clock.advance(2_000);
  }
  throw new Error('the restore has not ended');
}

function judge(backups: readonly BackupRecord[], { before, damaged, after }: Restored) {
  const count = (status: string): number => backups.filter((backup) => backup.status === status).length;
  const proven = backups.filter(({ verifiedAt }) => verifiedAt !== undefined);
  const restoreSeconds = proven.map(({ verification }) => verification?.restoreSeconds ?? 0);
  const checks: readonly (readonly [boolean, string])[] = [
    [count('complete') + count('expired') >= nights - 1, 'a backup of every night but the bad one'],
    [count('failed') === 1, 'exactly one failed backup'],
    [proven.length >= 4, 'a proof every week'],
    [before === after && before !== damaged, 'the rows of before the bad change'],
  ];
  return {
    facts: {
      backups: `${count('complete')} complete, ${count('failed')} failed, ${proven.length} proven by a restore`,
      RTO: `${Math.max(0, ...restoreSeconds).toFixed(1)} s, the slowest of the proofs`,
      restored: after,
    },
    missing: checks.flatMap(([holds, words]) => (holds ? [] : [words])),
  };
}

/** Newest first. */
async function listBackups(system: System, environment: string, name: string): Promise<BackupRecord[]> {
  const records = await listLedgerItems(system, backupKinds.backup(environment), backupRecord);
  return records.filter((backup) => backup.name === name && backup.method === 'dump').reverse();
}

// The commands about backups.
import { userInfo } from 'node:os';
import { type Command, Option } from 'commander';
import {
  createBackup,
  listBackups,
  renderBackup,
  renderBackups,
  showBackup,
  verifyBackup,
} from '../commands/backups.ts';
import {
  buildRestoreRequest,
  planRestore,
  type RestoreOptions,
  readRecoveryWindow,
  renderRecoveryWindow,
  renderRestorePlan,
  restoreDatabase,
} from '../commands/restore.ts';
import { CommandFailure } from '../output.ts';
import { renderStatus } from '../render-status.ts';
import type { StartedExecution } from '../run-workflow.ts';
import { parseCount, withSession } from '../session.ts';

/** Adds `backups list|show|create|verify|window` and `restore`. */
export function addBackupCommands(program: Command): void {
  const backups = program
    .command('backups')
    .description('what was backed up, whether it was proven, and how long it is kept');
  backups
    .command('list', { isDefault: true })
    .description('the catalogue, newest first')
    .option('--env <environment>', 'one environment only')
    .option('--database <name>', 'one database only')
    .option('--limit <count>', 'at most this many', parseCount, 50)
    .action(
      withSession(async ({ output, connect: open }, options: Parameters<typeof listBackups>[1]) => {
        output.show(await listBackups(await open(), options), renderBackups);
      }),
    );
  backups
    .command('show')
    .argument('<backup>', 'as the catalogue names it')
    .description('one backup, with all that is known of it')
    .action(
      withSession(async ({ output, connect: open }, _: object, backup: string) => {
        output.show(await showBackup(await open(), backup), renderBackup);
      }),
    );
  backups
    .command('create')
    .argument('[database]', 'this one only')
    .description('back up now instead of at the next scheduled time')
    .option('--env <environment>', 'one environment only')
    .addOption(new Option('--method <method>', 'one method only').choices(['dump', 'snapshot']))
    .option('--reason <text>', 'why, for those who read the catalogue later', 'asked for on the command line')
    .option('--actor <login>', 'your GitHub login', userInfo().username)
    .option('--no-wait', 'do not wait for the end')
    .action(
      withSession(
        async (
          { output, connect: open },
          chosen: { env?: string; method?: 'dump' | 'snapshot'; reason: string; actor: string; wait: boolean },
          database: string,
        ) => {
          if (chosen.wait) output.progress('backing up …');
          const { env: environment, wait, ...rest } = chosen;
          const request = {
            ...rest,
            ...(environment === undefined ? {} : { environment }),
            ...(database === '' ? {} : { database }),
          };
          const run = await createBackup(await open(), request, wait);
          output.show(run, renderRun);
          if (run.outcome !== undefined && run.outcome !== 'succeeded')
            throw new CommandFailure('not every backup was made');
        },
      ),
    );
  backups
    .command('verify')
    .argument('[backup]', 'this one; the newest of each database when left out')
    .description('prove a backup now by restoring it into a server that nobody can reach')
    .option('--env <environment>', 'one environment only')
    .option('--database <name>', 'one database only')
    .option('--no-wait', 'do not wait for the end')
    .action(
      withSession(
        async (
          { output, connect: open },
          { env, database, wait }: { env?: string; database?: string; wait: boolean },
          backup: string,
        ) => {
          if (wait) output.progress('restoring and comparing …');
          const request = {
            ...(backup === '' ? {} : { backupId: backup }),
            ...(env === undefined ? {} : { environment: env }),
            ...(database === undefined ? {} : { database }),
          };
          const run = await verifyBackup(await open(), request, wait);
          output.show(run, renderRun);
          if (run.outcome !== undefined && run.outcome !== 'succeeded')
            throw new CommandFailure('a backup does not hold what it should');
        },
      ),
    );
  backups
    .command('window')
    .argument('<database>', 'as the configuration names it')
    .description('which moments of a database can be had back from its archive, and how far behind the archive is')
    .requiredOption('--env <environment>', 'where')
    .action(
      withSession(
        async ({ output, connect: open, options }, { env: environment }: { env: string }, database: string) => {
          const window = await readRecoveryWindow(await open(), options.application, { database, environment });
          output.show(window, renderRecoveryWindow);
        },
      ),
    );
  program
    .command('restore')
    .argument('<database>', 'as the configuration names it')
    .description('restore a database beside the live one, compare, and cut over')
    .requiredOption('--env <environment>', 'where')
    .option('--from <backup>', 'from this backup, as `backups list` names it')
    .option('--at <time>', 'as it was at this time, ISO 8601')
    .option('--plan', 'show what would be done, or what is possible instead, and do nothing', false)
    .option('--plan-hash <hash>', 'do it only while the plan is the one with this hash')
    .option('--in-place', 'cut over as soon as the comparison agrees, without asking again', false)
    .option('--confirm <database>', 'the name of the database once more: needed with --in-place')
    .option('--reason <text>', 'why, for those who read it later', 'asked for on the command line')
    .option('--actor <login>', 'your GitHub login', userInfo().username)
    .option('--no-wait', 'do not wait for the end')
    .action(
      withSession(async ({ output, connect: open, options }, chosen: RestoreOptions, database: string) => {
        const connection = await open();
        const request = buildRestoreRequest(database, chosen);
        if (chosen.plan) {
          const decision = await planRestore(connection, options.application, request);
          output.show(decision, renderRestorePlan);
          if (decision.outcome === 'refused') throw new CommandFailure('this restore is not possible');
          return;
        }
        if (chosen.wait) output.progress(`restoring ${database} in ${chosen.env} …`);
        const run = await restoreDatabase(connection, request, chosen.wait);
        output.show(run, renderRun);
        if (run.outcome !== undefined && !['succeeded', 'beside'].includes(run.outcome))
          throw new CommandFailure('the database was not restored');
      }),
    );
}

function renderRun({ executionArn, status, outcome, reason }: StartedExecution): string {
  return `${renderStatus(outcome ?? status)} ${reason ?? ''}\n${executionArn}`;
}

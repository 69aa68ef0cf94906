// The commands about backups.
import { userInfo } from 'node:os';
import { type Command, Option } from 'commander';
import { createBackup, listBackups, renderBackup, renderBackups, showBackup } from '../commands/backups.ts';
import { CommandFailure } from '../output.ts';
import { renderStatus } from '../render-status.ts';
import { parseCount, withSession } from '../session.ts';

/** Adds `backups list|show|create`. */
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
          output.show(
            run,
            ({ executionArn, status, outcome, reason }) =>
              `${renderStatus(outcome ?? status)} ${reason ?? ''}\n${executionArn}`,
          );
          if (run.outcome !== undefined && run.outcome !== 'succeeded')
            throw new CommandFailure('not every backup was made');
        },
      ),
    );
}

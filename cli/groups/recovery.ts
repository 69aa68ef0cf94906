// The commands about the recovery region.
import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { renderRecoveryStatus, showRecoveryStatus } from '../commands/recovery.ts';
import {
  type DrillOptions,
  renderScorecard,
  runDrill,
  saveScorecardPage,
  showScorecard,
} from '../commands/recovery-drill.ts';
import { connectRecovery } from '../connect-recovery.ts';
import { CommandFailure } from '../output.ts';
import { renderStatus } from '../render-status.ts';
import { withSession } from '../session.ts';

/** Adds `recovery status|drill|scorecard`. */
export function addRecoveryCommands(program: Command): void {
  const recovery = program
    .command('recovery')
    .description('what stands in the recovery region, and whether it is enough');
  recovery
    .command('status', { isDefault: true })
    .description('the measured recovery point of each class of data; exit code 1 when one is older than allowed')
    .action(
      withSession(async ({ output, connect: open }) => {
        const records = await showRecoveryStatus(await open());
        output.show(records, renderRecoveryStatus);
        if (records.some(({ state }) => state === 'lagging'))
          throw new CommandFailure('something in the recovery region is older than allowed');
      }),
    );
  recovery
    .command('drill')
    .description('try a recovery: restore what was replicated in the recovery region, measure, and clean up')
    .option('--env <environment>', 'one environment only')
    .option('--sweep', 'only remove what earlier drills have left behind', false)
    .option('--actor <login>', 'your GitHub login', userInfo().username)
    .option('--no-wait', 'do not wait for the end')
    .action(
      withSession(async (session, options: DrillOptions) => {
        const connection = await connectRecovery(session);
        if (options.wait) session.output.progress('restoring in the recovery region …');
        const run = await runDrill(connection, options);
        session.output.show(
          run,
          ({ executionArn, status, outcome, reason }) =>
            `${renderStatus(outcome ?? status)} ${reason ?? ''}\n${executionArn}`,
        );
        if (run.outcome !== undefined && !['passed', 'swept'].includes(run.outcome))
          throw new CommandFailure('the drill did not pass: `automation recovery scorecard` says what did not hold');
      }),
    );
  recovery
    .command('scorecard')
    .argument('[drill]', 'as the drill names itself; the last one when left out')
    .description('what a drill has shown, against the targets of the configuration')
    .option('--page <file>', 'write the page that shows it to this file')
    .action(
      withSession(async (session, { page }: { page?: string }, drill: string) => {
        const connection = await connectRecovery(session);
        const record = await showScorecard(connection, drill);
        if (page !== undefined) await saveScorecardPage(connection, record.place, page);
        session.output.show(record, renderScorecard);
      }),
    );
}

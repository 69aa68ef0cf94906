// The commands about the recovery region.
import { userInfo } from 'node:os';
import type { Command } from 'commander';
import {
  buildFailOverRequest,
  type FailOverOptions,
  planFailOver,
  renderFailOverPlan,
  renderSites,
  showSites,
} from '../commands/fail-over.ts';
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
import { runWorkflow, type StartedExecution } from '../run-workflow.ts';
import { withSession } from '../session.ts';

/** Adds `recovery status|drill|scorecard|fail-over|fail-back|sites`. */
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
        if (options.wait)
          session.output.progress(`${options.sweep ? 'sweeping' : 'restoring'} in the recovery region …`);
        const run = await runDrill(connection, options);
        session.output.show(run, renderRun);
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
  recovery
    .command('sites')
    .description('in which region each environment runs, and how it came there')
    .action(
      withSession(async (session) => {
        session.output.show(await showSites(await connectRecovery(session)), renderSites);
      }),
    );
  addMove(recovery, 'fail-over', 'recovery', 'move an environment to the recovery region, once others agree');
  addMove(recovery, 'fail-back', 'primary', 'bring an environment home to the primary region, once others agree');
}

function addMove(recovery: Command, name: string, to: 'primary' | 'recovery', description: string): void {
  recovery
    .command(name)
    .description(description)
    .requiredOption('--env <environment>', 'which')
    .option('--plan', 'show what would be done and lost, and do nothing', false)
    .option('--plan-hash <hash>', 'do it only while the plan is the one with this hash')
    .option('--reason <text>', 'why, for those who are asked', 'asked for on the command line')
    .option('--actor <login>', 'your GitHub login', userInfo().username)
    .option('--no-wait', 'do not wait for the end')
    .action(
      withSession(async (session, options: FailOverOptions) => {
        const connection = await connectRecovery(session);
        const request = buildFailOverRequest(to, options);
        if (options.plan) {
          const decision = await planFailOver(connection, session.options.application, request);
          session.output.show(decision, renderFailOverPlan);
          if (decision.outcome === 'refused') throw new CommandFailure('this is not possible');
          return;
        }
        if (options.wait)
          session.output.progress(
            `waits for others to agree: \`automation --region ${connection.deployment.region} approvals\` …`,
          );
        const run = await runWorkflow(connection, 'fail-over', { request }, options.wait);
        session.output.show(run, renderRun);
        if (run.outcome !== undefined && run.outcome !== 'completed')
          throw new CommandFailure(`${options.env} was not moved`);
      }),
    );
}

function renderRun({ executionArn, status, outcome, reason }: StartedExecution): string {
  return `${renderStatus(outcome ?? status)} ${reason ?? ''}\n${executionArn}`;
}

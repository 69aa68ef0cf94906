// The commands that change what runs: promote, roll back, and what must not run again.
import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { renderPreview } from '../commands/preview-change.ts';
import { planPromotion, promote } from '../commands/promote.ts';
import { liftQuarantine, listQuarantines, renderQuarantines } from '../commands/quarantine.ts';
import { planRollback, renderRollbackPlan, rollback } from '../commands/rollback.ts';
import { CommandFailure } from '../output.ts';
import { renderStatus } from '../render-status.ts';
import { readNow, withSession } from '../session.ts';

/** Adds `promote`, `rollback` and `quarantine`. */
export function addReleaseCommands(program: Command): void {
  program
    .command('promote')
    .argument('<service>')
    .description('promote a release of a service into an environment')
    .requiredOption('--to <environment>', 'where to')
    .option('--version <version>', 'image tag or commit (default: the newest release)')
    .option('--reason <text>', 'why, for those who read the ledger later', 'asked for on the command line')
    .option('--actor <login>', 'your GitHub login', userInfo().username)
    .option('--plan', 'show what would change and change nothing', false)
    .option('--plan-hash <hash>', 'as --plan showed it: refuse when the world has moved since')
    .option('--no-wait', 'do not wait for the end')
    .action(
      withSession(
        async (
          { output, connect: open, options },
          chosen: {
            to: string;
            version?: string;
            reason: string;
            actor: string;
            plan: boolean;
            planHash?: string;
            wait: boolean;
          },
          service: string,
        ) => {
          const connection = await open();
          const request = { ...chosen, service, application: options.application };
          const now = new Date(await readNow(options)).toISOString();
          if (chosen.plan) {
            output.show(await planPromotion(connection, request, now), renderPreview);
            return;
          }
          if (chosen.wait) output.progress(`promoting ${service} to ${chosen.to} …`);
          const promotion = await promote(connection, request);
          output.show(
            promotion,
            ({ executionArn, status, outcome, reason }) =>
              `${renderStatus(outcome ?? status)} ${reason ?? ''}\n${executionArn}`,
          );
          if (promotion.outcome !== undefined && promotion.outcome !== 'succeeded')
            throw new CommandFailure('the promotion did not succeed');
        },
      ),
    );

  program
    .command('rollback')
    .argument('<service>')
    .description('take back what a service runs in an environment')
    .requiredOption('--env <environment>', 'where')
    .option('--to <version>', 'a version that ran there, image tag or commit (default: the best known-good one)')
    .option('--reason <text>', 'why, for those who read the ledger later', 'asked for on the command line')
    .option('--actor <login>', 'your GitHub login', userInfo().username)
    .option('--plan', 'show what would go back and change nothing', false)
    .option('--plan-hash <hash>', 'as --plan showed it: refuse when the world has moved since')
    .option('--no-wait', 'do not wait for the end')
    .action(
      withSession(
        async (
          { output, connect: open, options },
          chosen: {
            env: string;
            to?: string;
            reason: string;
            actor: string;
            plan: boolean;
            planHash?: string;
            wait: boolean;
          },
          service: string,
        ) => {
          const connection = await open();
          const request = { ...chosen, service, application: options.application };
          const now = new Date(await readNow(options)).toISOString();
          if (chosen.plan) {
            output.show(await planRollback(connection, request, now), renderRollbackPlan);
            return;
          }
          if (chosen.wait) output.progress(`taking ${service} back in ${chosen.env} …`);
          const started = await rollback(connection, request, now);
          output.show(
            started,
            ({ executionArn, status, outcome, reason }) =>
              `${renderStatus(outcome ?? status)} ${reason ?? ''}\n${executionArn}`,
          );
          if (started.outcome !== undefined && started.outcome !== 'succeeded')
            throw new CommandFailure('the rollback did not succeed');
        },
      ),
    );

  const quarantine = program.command('quarantine').description('digests that must not run again');
  quarantine
    .command('list', { isDefault: true })
    .description('what must not run, since when and why')
    .action(
      withSession(async ({ output, connect: open }) => {
        output.show(await listQuarantines(await open()), renderQuarantines);
      }),
    );
  quarantine
    .command('lift')
    .argument('<service>')
    .description('let a digest run again')
    .requiredOption('--digest <digest>', 'as `quarantine list` shows it')
    .requiredOption('--reason <text>', 'why it may run again')
    .option('--actor <login>', 'your GitHub login', userInfo().username)
    .action(
      withSession(
        async (
          { output, connect: open, options },
          chosen: { digest: string; reason: string; actor: string },
          service: string,
        ) => {
          const now = new Date(await readNow(options)).toISOString();
          const lifted = await liftQuarantine(await open(), { ...chosen, service, now });
          output.show(lifted, ({ version }) => `${service} ${version} may run again`);
        },
      ),
    );
}

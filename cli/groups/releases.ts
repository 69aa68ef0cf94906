// The commands that change what runs: promote, roll back, and what must not run again.
import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { renderPreview } from '../commands/preview-change.ts';
import { planPromotion, promote } from '../commands/promote.ts';
import { liftQuarantine, listQuarantines, renderQuarantines } from '../commands/quarantine.ts';
import { planRollback, renderRollbackPlan, rollback } from '../commands/rollback.ts';
import { readTime, withSession } from '../session.ts';
import { showRun } from '../show-run.ts';

interface Chosen {
  readonly reason: string;
  readonly actor: string;
  readonly plan: boolean;
  readonly planHash?: string;
  readonly wait: boolean;
}

/** Adds `promote`, `rollback` and `quarantine`. */
export function addReleaseCommands(program: Command): void {
  addChangeOptions(
    program
      .command('promote')
      .argument('<service>')
      .description('promote a release of a service into an environment')
      .requiredOption('--to <environment>', 'where to')
      .option('--version <version>', 'image tag or commit (default: the newest release)'),
  ).action(
    withSession(
      async (
        { output, connect: open, options },
        chosen: Chosen & { readonly to: string; readonly version?: string },
        service: string,
      ) => {
        const connection = await open();
        const request = { ...chosen, service, application: options.application };
        if (chosen.plan) {
          output.show(await planPromotion(connection, request, await readTime(options)), renderPreview);
          return;
        }
        if (chosen.wait) output.progress(`promoting ${service} to ${chosen.to} …`);
        showRun(output, await promote(connection, request), 'the promotion did not succeed');
      },
    ),
  );

  addChangeOptions(
    program
      .command('rollback')
      .argument('<service>')
      .description('take back what a service runs in an environment')
      .requiredOption('--env <environment>', 'where')
      .option('--to <version>', 'a version that ran there, image tag or commit (default: the best known-good one)'),
  ).action(
    withSession(
      async (
        { output, connect: open, options },
        chosen: Chosen & { readonly env: string; readonly to?: string },
        service: string,
      ) => {
        const connection = await open();
        const request = { ...chosen, service, application: options.application };
        if (chosen.plan) {
          output.show(await planRollback(connection, request, await readTime(options)), renderRollbackPlan);
          return;
        }
        if (chosen.wait) output.progress(`taking ${service} back in ${chosen.env} …`);
        showRun(output, await rollback(connection, request), 'the rollback did not succeed');
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
          const lifted = await liftQuarantine(await open(), { ...chosen, service, now: await readTime(options) });
          output.show(lifted, ({ version }) => `${service} ${version} may run again`);
        },
      ),
    );
}

/** What a promotion and a rollback have in common. */
function addChangeOptions(command: Command): Command {
  return command
    .option('--reason <text>', 'why, for those who read the ledger later', 'asked for on the command line')
    .option('--actor <login>', 'your GitHub login', userInfo().username)
    .option('--plan', 'show what would be done and change nothing', false)
    .option('--plan-hash <hash>', 'as --plan showed it: refuse when the world has moved since')
    .option('--no-wait', 'do not wait for the end');
}

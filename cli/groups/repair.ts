// The command that brings what failed on its way again.
import type { Command } from 'commander';
import { redriveDeadLetters, redriveExecution, renderDeadLetters } from '../commands/redrive.ts';
import { CommandFailure } from '../output.ts';
import { withSession } from '../session.ts';

/** Adds `redrive`. */
export function addRepairCommands(program: Command): void {
  program
    .command('redrive')
    .description('send dead letters on their way again, or go on with a failed execution')
    .option(
      '--concern <name>',
      'one dead-letter queue only: ingress, promotion, approval, rollback, certificates, notification or audit',
    )
    .option('--list', 'show what lies there and leave it', false)
    .option('--execution <id>', 'go on with this execution from the state that failed')
    .action(
      withSession(
        async ({ output, connect: open }, options: { concern?: string; list: boolean; execution?: string }) => {
          const connection = await open();
          if (options.execution !== undefined) {
            output.show(await redriveExecution(connection, options.execution), (arn) => `goes on: ${arn}`);
            return;
          }
          const letters = await redriveDeadLetters(connection, options);
          output.show(letters, renderDeadLetters);
          if (letters.some(({ outcome }) => outcome === 'failed'))
            throw new CommandFailure('some dead letters could not be delivered');
        },
      ),
    );
}

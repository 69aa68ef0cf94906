// The commands about the recovery region.
import type { Command } from 'commander';
import { renderRecoveryStatus, showRecoveryStatus } from '../commands/recovery.ts';
import { CommandFailure } from '../output.ts';
import { withSession } from '../session.ts';

/** Adds `recovery status`. */
export function addRecoveryCommands(program: Command): void {
  const recovery = program.command('recovery').description('what stands in the recovery region');
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
}

// The commands by which people answer what is asked of them.
import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { answerApproval, listApprovals, renderApproval, renderApprovals, showApproval } from '../commands/approvals.ts';
import { CommandFailure } from '../output.ts';
import { readTime, withSession } from '../session.ts';

/** Adds `approvals`. */
export function addApprovalCommands(program: Command): void {
  const approvals = program.command('approvals').description('what waits for people to agree');
  approvals
    .command('list', { isDefault: true })
    .description('what waits, oldest first')
    .option('--all', 'with what was decided lately', false)
    .action(
      withSession(async ({ output, connect: open, options }, { all }: { all: boolean }) => {
        const now = await readTime(options);
        output.show(await listApprovals(await open(), { all, now }), renderApprovals);
      }),
    );
  approvals
    .command('show')
    .argument('<id>', 'as `approvals list` shows it, or the beginning of it')
    .description('what is asked, and who has said what')
    .action(
      withSession(async ({ output, connect: open }, _: object, id: string) => {
        output.show(await showApproval(await open(), id), renderApproval);
      }),
    );
  addAnswer(approvals, 'approve', 'agree; not to what you have asked for yourself');
  addAnswer(approvals, 'refuse', 'refuse: one refusal is enough');
}

function addAnswer(approvals: Command, verdict: 'approve' | 'refuse', description: string): void {
  approvals
    .command(verdict)
    .argument('<id>', 'as `approvals list` shows it, or the beginning of it')
    .description(description)
    .option('--reason <text>', 'why, for those who read the ledger later')
    .option('--actor <login>', 'your GitHub login', userInfo().username)
    .action(
      withSession(
        async ({ output, connect: open, options }, chosen: { actor: string; reason?: string }, id: string) => {
          const answer = await answerApproval(await open(), id, {
            ...chosen,
            verdict,
            application: options.application,
          });
          output.show(answer, ({ outcome, reason, status }) => `${outcome}: ${reason} (${status})`);
          if (answer.outcome === 'rejected') throw new CommandFailure('the answer does not count');
        },
      ),
    );
}

// The commands about how a version takes over: canaries and colours.
import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { changeColour, renderColours, showColours } from '../commands/blue-green.ts';
import { controlCanary, renderCanary } from '../commands/canary.ts';
import { withSession } from '../session.ts';
import { showRun } from '../show-run.ts';

interface Chosen {
  readonly env: string;
  readonly reason: string;
  readonly actor: string;
}

/** Adds `canary` and `blue-green`. */
export function addStrategyCommands(program: Command): void {
  const canary = program.command('canary').description('a version that gets its users step by step');
  const actions = [
    ['status', 'how far Flagger is'],
    ['promote', 'promote it now, without further analysis (skipAnalysis, by a commit)'],
    ['rollback', 'take it back now (by the rollback webhook, at the next look)'],
    ['pause', 'stand still at this share of the users (suspend, by a commit)'],
    ['resume', 'go on from there'],
  ] as const;
  for (const [action, description] of actions) {
    addOptions(canary.command(action).argument('<service>').description(description)).action(
      withSession(async ({ output, connect: open, options }, { env, ...chosen }: Chosen, service: string) => {
        const { application } = options;
        const control = { ...chosen, action, service, environment: env, application };
        output.show(await controlCanary(await open(), control), renderCanary);
      }),
    );
  }

  const blueGreen = program.command('blue-green').description('two colours of a service, one of them live');
  blueGreen
    .command('status')
    .argument('<service>')
    .description('which colour is live, and what the other one holds')
    .requiredOption('--env <environment>', 'where')
    .action(
      withSession(async ({ output, connect: open }, { env }: { env: string }, service: string) => {
        output.show(await showColours(await open(), service, env), renderColours);
      }),
    );
  addChange(blueGreen, 'switch', 'forward', 'make live what the other colour holds, with all gates');
  addChange(blueGreen, 'rollback', 'back', 'go back to the other colour: one commit while it is warm');
}

function addChange(parent: Command, name: string, direction: 'forward' | 'back', description: string): void {
  addOptions(parent.command(name).argument('<service>').description(description))
    .option('--no-wait', 'do not wait for the end')
    .action(
      withSession(async ({ output, connect: open, options }, chosen: Chosen & { wait: boolean }, service: string) => {
        const change = { ...chosen, service, application: options.application };
        showRun(output, await changeColour(await open(), direction, change), 'the colour was not changed');
      }),
    );
}

function addOptions(command: Command): Command {
  return command
    .requiredOption('--env <environment>', 'where')
    .option('--reason <text>', 'why, for those who read the ledger later', 'asked for on the command line')
    .option('--actor <login>', 'your GitHub login', userInfo().username);
}

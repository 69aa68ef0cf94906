// The commands for what holds up a promotion: freezes, and gates that two people overrule.
import { userInfo } from 'node:os';
import { type Command, InvalidArgumentError } from 'commander';
import {
  addFreeze,
  liftFreeze,
  listFreezes,
  listOverrides,
  renderFreezes,
  renderOverrides,
  requestOverride,
} from '../commands/freezes.ts';
import { readTime, withSession } from '../session.ts';

/** Adds `freeze` and `override`. */
export function addGateCommands(program: Command): void {
  const freeze = program
    .command('freeze')
    .description('times in which nothing moves forward; what goes back is never held up');
  freeze
    .command('list', { isDefault: true })
    .description('those that people have added')
    .action(
      withSession(async ({ output, connect: open, options }) => {
        output.show(await listFreezes(await open(), await readTime(options)), renderFreezes);
      }),
    );
  freeze
    .command('add')
    .argument('<name>', 'what people call it')
    .description('hold up promotions from now on, or from a time on')
    .requiredOption('--reason <text>', 'why')
    .option('--env <environment...>', 'only there (default: everywhere)')
    .option('--service <service...>', 'only these (default: all)')
    .option('--from <time>', 'ISO 8601 (default: now)')
    .option('--until <time>', 'ISO 8601 (default: until it is lifted)')
    .option('--actor <login>', 'your GitHub login', userInfo().username)
    .action(
      withSession(
        async (
          { output, connect: open, options },
          chosen: Omit<Parameters<typeof addFreeze>[1], 'name' | 'now'>,
          name: string,
        ) => {
          const now = await readTime(options);
          const added = await addFreeze(await open(), { ...chosen, name, now });
          output.show(
            added,
            ({ freezeId }) => `${name} is in force as ${freezeId}: automation freeze lift ${freezeId} --reason …`,
          );
        },
      ),
    );
  freeze
    .command('lift')
    .argument('<freeze>', 'its id or name, as `freeze list` shows them')
    .description('let promotions go on')
    .requiredOption('--reason <text>', 'why')
    .option('--actor <login>', 'your GitHub login', userInfo().username)
    .action(
      withSession(async ({ output, connect: open, options }, chosen: { reason: string; actor: string }, id: string) => {
        const lifted = await liftFreeze(await open(), id, { ...chosen, now: await readTime(options) });
        output.show(lifted, ({ name }) => `${name} is lifted`);
      }),
    );

  const override = program
    .command('override')
    .description('gates that two people overrule, for a reason and for a time');
  override
    .command('list', { isDefault: true })
    .description('those that are in force or wait for people')
    .action(
      withSession(async ({ output, connect: open, options }) => {
        output.show(await listOverrides(await open(), await readTime(options)), renderOverrides);
      }),
    );
  override
    .command('request')
    .argument('<service>')
    .description('ask two others to agree; until they do nothing is overruled')
    .requiredOption('--env <environment>', 'where')
    .requiredOption('--gate <gate...>', 'as `promote --plan` names them')
    .requiredOption('--reason <text>', 'why')
    .option('--minutes <count>', 'how long, from now on', parseMinutes, 60)
    .option('--actor <login>', 'your GitHub login', userInfo().username)
    .action(
      withSession(
        async (
          { output, connect: open, options },
          chosen: { env: string; gate: string[]; reason: string; minutes: number; actor: string },
          service: string,
        ) => {
          const requested = await requestOverride(await open(), options.application, {
            environment: chosen.env,
            service,
            gates: chosen.gate,
            reason: chosen.reason,
            minutes: chosen.minutes,
            requestedBy: chosen.actor,
            requestedAt: await readTime(options),
          });
          output.show(
            requested,
            ({ approvalId, approvers, quorum }) =>
              `${quorum} of ${approvers.join(', ')} must agree: automation approvals approve ${approvalId}`,
          );
        },
      ),
    );
}

function parseMinutes(text: string): number {
  const minutes = Number(text);
  if (!Number.isInteger(minutes) || minutes < 1 || minutes > 10_080)
    throw new InvalidArgumentError('a whole number from 1 to 10080 is needed.');
  return minutes;
}

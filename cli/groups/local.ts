// The commands that control a local runtime.
import type { Command } from 'commander';
import { advanceLocalClock, readLocalClock, stopLocalRuntime } from '../commands/control-local-runtime.ts';
import { endpointOf } from '../connection.ts';
import { withSession } from '../session.ts';

/** Adds `local clock` and `local reset`. */
export function addLocalCommands(program: Command): void {
  const local = program.command('local').description('control a local runtime');
  const clock = local.command('clock').description('its virtual clock');
  clock
    .command('now', { isDefault: true })
    .description('what time it is there')
    .action(
      withSession(async ({ output, options }) => {
        output.show(await readLocalClock(endpointOf(options)), ({ now }) => now);
      }),
    );
  clock
    .command('advance')
    .argument('<duration>', 'such as 90s, 15m, 2h or 30d')
    .description('skip idle time; work that becomes due is done on the way')
    .action(
      withSession(async ({ output, options }, _: object, duration: string) => {
        output.show(await advanceLocalClock(endpointOf(options), duration), ({ now }) => now);
      }),
    );
  local
    .command('reset')
    .description('stop it; `npm start -- --fresh` begins anew')
    .action(
      withSession(async ({ output, options }) => {
        await stopLocalRuntime(endpointOf(options));
        output.show({ stopped: true }, () => 'stopped; begin anew with: npm start -- --fresh');
      }),
    );
}

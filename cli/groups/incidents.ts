// The commands for what went wrong: incidents, and circuits that limits have opened.
import { userInfo } from 'node:os';
import type { Command } from 'commander';
import {
  closeCircuit,
  closeIncident,
  listCircuits,
  listIncidents,
  renderCircuits,
  renderIncidents,
} from '../commands/incidents.ts';
import { readNow, withSession } from '../session.ts';

interface Chosen {
  readonly reason: string;
  readonly actor: string;
}

/** Adds `incident` and `circuit`. */
export function addIncidentCommands(program: Command): void {
  const incident = program
    .command('incident')
    .description('what went so wrong that a release was or should be taken back');
  incident
    .command('list', { isDefault: true })
    .description('those that are not closed, the newest first')
    .option('--all', 'closed ones too', false)
    .action(
      withSession(async ({ output, connect: open }, chosen: { all: boolean }) => {
        output.show(await listIncidents(await open(), chosen), renderIncidents);
      }),
    );
  closing(incident, 'incident', 'let go on what an open incident holds up').action(
    withSession(async ({ output, connect: open, options }, chosen: Chosen, id: string) => {
      const now = new Date(await readNow(options)).toISOString();
      output.show(await closeIncident(await open(), id, { ...chosen, now }), () => `incident ${id} is closed`);
    }),
  );

  const circuit = program
    .command('circuit')
    .description('where nothing goes back by itself, because a limit was reached');
  circuit
    .command('list', { isDefault: true })
    .description('those that are open, since when and why')
    .action(
      withSession(async ({ output, connect: open }) => {
        output.show(await listCircuits(await open()), renderCircuits);
      }),
    );
  closing(circuit, 'circuit', 'let alerts take releases back again').action(
    withSession(async ({ output, connect: open, options }, chosen: Chosen, scope: string) => {
      const now = new Date(await readNow(options)).toISOString();
      output.show(await closeCircuit(await open(), scope, { ...chosen, now }), () => `circuit ${scope} is closed`);
    }),
  );
}

function closing(group: Command, what: string, description: string): Command {
  return group
    .command('close')
    .argument(`<${what}>`, `as \`${what} list\` shows it`)
    .description(description)
    .requiredOption('--reason <text>', 'why, for those who read the ledger later')
    .option('--actor <login>', 'your GitHub login', userInfo().username);
}

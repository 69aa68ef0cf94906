// The commands for what goes wrong: incidents, circuits that limits have opened, and how long a bad release would hurt.
import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { buildBudget, measureRollbacks, renderBudget } from '../commands/budget.ts';
import {
  closeCircuit,
  closeIncident,
  listCircuits,
  listIncidents,
  renderCircuits,
  renderIncidents,
} from '../commands/incidents.ts';
import { readAlertingSettings } from '../commands/read-alerting-settings.ts';
import { readArgoCdSettings } from '../commands/read-argocd-settings.ts';
import { readTime, withSession } from '../session.ts';

interface Chosen {
  readonly reason: string;
  readonly actor: string;
}

/** Adds `incident`, `circuit` and `budget`. */
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
      const now = await readTime(options);
      output.show(await closeIncident(await open(), id, { ...chosen, now }), () => `incident ${id} is closed`);
    }),
  );

  addBudget(program);
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
      const now = await readTime(options);
      output.show(await closeCircuit(await open(), scope, { ...chosen, now }), () => `circuit ${scope} is closed`);
    }),
  );
}

function addBudget(program: Command): void {
  program
    .command('budget')
    .argument('<service>')
    .description('how long a bad release of a service would hurt, part by part, and which part is the largest')
    .option('--env <environment>', 'where', 'prod')
    .option('--monitoring <folder>', "Prometheus' and Alertmanager's configuration", 'gitops/monitoring')
    .option('--argocd <folder>', "Argo CD's own settings", 'gitops/argocd')
    .action(
      withSession(
        async (
          { output, connect: open },
          { env, monitoring, argocd }: { env: string; monitoring: string; argocd: string },
          service: string,
        ) => {
          const settings = readAlertingSettings(monitoring, service, env);
          const measured = await measureRollbacks(await open(), service, env);
          output.show(buildBudget(service, env, settings, measured, readArgoCdSettings(argocd)), renderBudget);
        },
      ),
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

// The command line: its groups of commands in groups/, what they do in commands/. This file parses, calls and reports.
import { Command, CommanderError } from 'commander';
import { addApprovalCommands } from './groups/approvals.ts';
import { addBackupCommands } from './groups/backups.ts';
import { addCertificateCommands } from './groups/certificates.ts';
import { addGateCommands } from './groups/gates.ts';
import { addIncidentCommands } from './groups/incidents.ts';
import { addLocalCommands } from './groups/local.ts';
import { addObservationCommands } from './groups/observation.ts';
import { addRecoveryCommands } from './groups/recovery.ts';
import { addReleaseCommands } from './groups/releases.ts';
import { addRepairCommands } from './groups/repair.ts';
import { addStrategyCommands } from './groups/strategies.ts';
import { CommandFailure, exitCodes } from './output.ts';

const program = new Command('automation')
  .description('Deployment automation: what runs where, why it changed, and how to change it.')
  .option(
    '--application <name>',
    'the application as the configuration names it',
    process.env.AUTOMATION_APPLICATION ?? 'pyairtable',
  )
  .option('--endpoint-url <url>', 'an endpoint other than AWS (default: AWS_ENDPOINT_URL)')
  .option('--profile <name>', 'an AWS profile')
  .option('--region <name>', 'an AWS region')
  .option('--json', 'JSON instead of text for people', false)
  .addHelpText('after', '\nExit codes: 0 done, 1 failed, 2 wrong usage, 3 not found, 4 not reachable. See docs/cli.md.')
  .exitOverride()
  .configureHelp({ showGlobalOptions: true });

// In the order in which the help lists them.
addObservationCommands(program);
addReleaseCommands(program);
addStrategyCommands(program);
addIncidentCommands(program);
addApprovalCommands(program);
addGateCommands(program);
addRepairCommands(program);
addBackupCommands(program);
addRecoveryCommands(program);
addCertificateCommands(program);
addLocalCommands(program);

await main();

async function main(): Promise<void> {
  try {
    await program.parseAsync();
  } catch (error) {
    process.exitCode = report(error);
  }
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`automation: ${message}\n`);
  return error instanceof CommandFailure ? error.exitCode : exitCodes.failed;
}

// The command line: parses arguments, calls one command, prints its result. All behaviour is in commands/.
import { userInfo } from 'node:os';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import {
  checkCertificates,
  listCertificates,
  renderCertificateHistory,
  renderCertificates,
  showCertificate,
} from './commands/certificates.ts';
import { advanceLocalClock, readLocalClock, stopLocalRuntime } from './commands/control-local-runtime.ts';
import { explain, renderExplanation } from './commands/explain.ts';
import { followEvents, listEvents, renderEvent } from './commands/list-events.ts';
import { listExecutions, renderExecutions } from './commands/list-executions.ts';
import { planPromotion, promote, renderPlan } from './commands/promote.ts';
import { liftQuarantine, listQuarantines, renderQuarantines } from './commands/quarantine.ts';
import { redriveDeadLetters, redriveExecution, renderDeadLetters } from './commands/redrive.ts';
import { planRollback, renderRollbackPlan, rollback } from './commands/rollback.ts';
import { renderExecution, showExecution } from './commands/show-execution.ts';
import { renderStatusReport, showStatus } from './commands/show-status.ts';
import { type Connection, type ConnectionOptions, connect, endpointOf } from './connection.ts';
import { CommandFailure, createOutput, exitCodes, type Output } from './output.ts';
import { renderStatus } from './render-status.ts';

interface GlobalOptions extends ConnectionOptions {
  readonly json: boolean;
}

interface Session {
  readonly options: GlobalOptions;
  readonly output: Output;
  connect(): Promise<Connection>;
}

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

program
  .command('status')
  .description('what runs where, since when and by whom')
  .action(
    withSession(async ({ output, connect: open, options }) => {
      const status = await showStatus(await open());
      const now = await readNow(options);
      output.show(status, (report) => renderStatusReport(report, now));
    }),
  );

program
  .command('events')
  .description('what happened, newest last')
  .option('--limit <count>', 'at most this many', parseCount, 50)
  .option('--follow', 'go on as things happen, until interrupted', false)
  .action(
    withSession(async ({ output, connect: open, options }, { limit, follow }: { limit: number; follow: boolean }) => {
      const connection = await open();
      const readIsoNow = async (): Promise<string> => new Date(await readNow(options)).toISOString();
      if (!follow) {
        output.show(
          await listEvents(connection, { limit, now: await readIsoNow() }),
          (events) => events.map(renderEvent).join('\n') || 'nothing has happened yet',
        );
        return;
      }
      const interrupted = new AbortController();
      process.once('SIGINT', () => interrupted.abort());
      for await (const event of followEvents(connection, { limit, readNow: readIsoNow, signal: interrupted.signal }))
        output.show(event, renderEvent);
    }),
  );

program
  .command('executions')
  .description('executions of the workflows, newest first')
  .option('--workflow <name>', 'one workflow only')
  .addOption(
    new Option('--status <status>', 'one status only').choices([
      'RUNNING',
      'SUCCEEDED',
      'FAILED',
      'TIMED_OUT',
      'ABORTED',
    ]),
  )
  .option('--limit <count>', 'at most this many of each workflow', parseCount, 20)
  .action(
    withSession(async ({ output, connect: open }, options: Parameters<typeof listExecutions>[1]) => {
      output.show(await listExecutions(await open(), options), renderExecutions);
    }),
  );

program
  .command('execution')
  .argument('<id>', 'a name, the beginning of one, or an ARN')
  .description('one execution as a tree of its states, with durations and errors')
  .option('--data', 'with inputs and outputs', false)
  .action(
    withSession(async ({ output, connect: open }, { data }: { data: boolean }, id: string) => {
      output.show(await showExecution(await open(), id), (details) => renderExecution(details, { data }));
    }),
  );

program
  .command('explain')
  .argument('<subject>', 'an event id, an execution, or a release as service@version')
  .description('the chain of causes, and each decision on the way, in words')
  .action(
    withSession(async ({ output, connect: open }, _: object, subject: string) => {
      output.show(await explain(await open(), subject), renderExplanation);
    }),
  );

program
  .command('promote')
  .argument('<service>')
  .description('promote a release of a service into an environment')
  .requiredOption('--to <environment>', 'where to')
  .option('--version <version>', 'image tag or commit (default: the newest release)')
  .option('--reason <text>', 'why, for those who read the ledger later', 'asked for on the command line')
  .option('--actor <login>', 'your GitHub login', userInfo().username)
  .option('--plan', 'show what would change and change nothing', false)
  .option('--no-wait', 'do not wait for the end')
  .action(
    withSession(
      async (
        { output, connect: open, options },
        chosen: { to: string; version?: string; reason: string; actor: string; plan: boolean; wait: boolean },
        service: string,
      ) => {
        const connection = await open();
        const request = { ...chosen, service, application: options.application };
        if (chosen.plan) {
          output.show(await planPromotion(connection, request), renderPlan);
          return;
        }
        if (chosen.wait) output.progress(`promoting ${service} to ${chosen.to} …`);
        const promotion = await promote(connection, request);
        output.show(
          promotion,
          ({ executionArn, status, outcome, reason }) =>
            `${renderStatus(outcome ?? status)} ${reason ?? ''}\n${executionArn}`,
        );
        if (promotion.outcome !== undefined && promotion.outcome !== 'succeeded')
          throw new CommandFailure('the promotion did not succeed');
      },
    ),
  );

program
  .command('rollback')
  .argument('<service>')
  .description('take back what a service runs in an environment')
  .requiredOption('--env <environment>', 'where')
  .option('--to <version>', 'a version that ran there, image tag or commit (default: the best known-good one)')
  .option('--reason <text>', 'why, for those who read the ledger later', 'asked for on the command line')
  .option('--actor <login>', 'your GitHub login', userInfo().username)
  .option('--plan', 'show what would go back and change nothing', false)
  .option('--no-wait', 'do not wait for the end')
  .action(
    withSession(
      async (
        { output, connect: open, options },
        chosen: { env: string; to?: string; reason: string; actor: string; plan: boolean; wait: boolean },
        service: string,
      ) => {
        const connection = await open();
        const request = { ...chosen, service, application: options.application };
        if (chosen.plan) {
          output.show(await planRollback(connection, request), renderRollbackPlan);
          return;
        }
        if (chosen.wait) output.progress(`taking ${service} back in ${chosen.env} …`);
        const started = await rollback(connection, request);
        output.show(
          started,
          ({ executionArn, status, outcome, reason }) =>
            `${renderStatus(outcome ?? status)} ${reason ?? ''}\n${executionArn}`,
        );
        if (started.outcome !== undefined && started.outcome !== 'succeeded')
          throw new CommandFailure('the rollback did not succeed');
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
        const now = new Date(await readNow(options)).toISOString();
        const lifted = await liftQuarantine(await open(), { ...chosen, service, now });
        output.show(lifted, ({ version }) => `${service} ${version} may run again`);
      },
    ),
  );

program
  .command('redrive')
  .description('send dead letters on their way again, or go on with a failed execution')
  .option(
    '--concern <name>',
    'one dead-letter queue only: ingress, promotion, rollback, certificates, notification or audit',
  )
  .option('--list', 'show what lies there and leave it', false)
  .option('--execution <id>', 'go on with this execution from the state that failed')
  .action(
    withSession(async ({ output, connect: open }, options: { concern?: string; list: boolean; execution?: string }) => {
      const connection = await open();
      if (options.execution !== undefined) {
        output.show(await redriveExecution(connection, options.execution), (arn) => `goes on: ${arn}`);
        return;
      }
      const letters = await redriveDeadLetters(connection, options);
      output.show(letters, renderDeadLetters);
      if (letters.some(({ outcome }) => outcome === 'failed'))
        throw new CommandFailure('some dead letters could not be delivered');
    }),
  );

const certificates = program
  .command('certificates')
  .description('what is served, how long it lasts, and what is wrong');
certificates
  .command('list', { isDefault: true })
  .description('all of them as they were found at the last check, those that expire first at the top')
  .action(
    withSession(async ({ output, connect: open }) => {
      output.show(await listCertificates(await open()), renderCertificates);
    }),
  );
certificates
  .command('show')
  .argument('<name>', 'as the configuration names it')
  .description('one of them, with what is wrong and how it was found before')
  .action(
    withSession(async ({ output, connect: open }, _: object, name: string) => {
      output.show(await showCertificate(await open(), name), renderCertificateHistory);
    }),
  );
certificates
  .command('check')
  .argument('[name]', 'this one only')
  .description(
    'check now instead of at the next scheduled time, and wait for the verdicts; exit code 1 when one is critical',
  )
  .action(
    withSession(async ({ output, connect: open }, _: object, name: string) => {
      output.progress('checking …');
      const check = await checkCertificates(await open(), name === '' ? [] : [name]);
      output.show(check, (done) => renderCertificates(done.certificates));
      if (check.certificates.some(({ verdict }) => verdict.state === 'critical'))
        throw new CommandFailure('not every certificate is in order');
    }),
  );

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

/** Commander hands over arguments, then options, then the command; a command here gets a session, its options and its one argument. */
function withSession<O>(run: (session: Session, options: O, argument: string) => Promise<void>) {
  return async (...received: unknown[]): Promise<void> => {
    const command = received.at(-1) as Command;
    const own = received.at(-2) as O;
    const argument = received.length > 2 ? String(received[0] ?? '') : '';
    const options = command.optsWithGlobals<GlobalOptions>();
    const output = createOutput({ json: options.json });
    await run({ options, output, connect: () => connect(options) }, own, argument);
  };
}

function parseCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > 1000)
    throw new InvalidArgumentError('a whole number from 1 to 1000 is needed.');
  return count;
}

/** Virtual time of a local runtime, else this machine's. */
async function readNow(options: ConnectionOptions): Promise<number> {
  const endpoint = endpointOf(options);
  if (endpoint === undefined) return Date.now();
  try {
    return Date.parse((await readLocalClock(endpoint)).now);
  } catch {
    // An endpoint that is not our runtime (a VPC endpoint, a proxy) has no clock of its own.
    return Date.now();
  }
}

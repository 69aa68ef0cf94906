// The commands that look: what runs, what happened, and why.
import { type Command, Option } from 'commander';
import { explain, renderExplanation } from '../commands/explain.ts';
import { followEvents, listEvents, renderEvent } from '../commands/list-events.ts';
import { listExecutions, renderExecutions } from '../commands/list-executions.ts';
import { renderExecution, showExecution } from '../commands/show-execution.ts';
import { renderStatusReport, showStatus } from '../commands/show-status.ts';
import { parseCount, readNow, withSession } from '../session.ts';

/** Adds `status`, `events`, `executions`, `execution` and `explain`. */
export function addObservationCommands(program: Command): void {
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
}

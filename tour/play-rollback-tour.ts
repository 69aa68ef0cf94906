// Plays the alert that rolls back the release that caused it: a bad version, its errors, the alert, and the way back.
import colors from 'picocolors';
import { currentRecord } from '../contracts/ledger/deployments.ts';
import { ledgerKey } from '../contracts/ledger.ts';
import type { Alerting } from './alerting.ts';
import { checkRollback } from './check-rollback.ts';
import { findStage, pushRelease } from './play-release-tour.ts';
import { type Print, printActivities, printFindings } from './print-activities.ts';
import { readLedgerItem } from './read-ledger-item.ts';
import type { System } from './start-system.ts';
import { waitForEnd } from './wait-for-execution.ts';

const message = 'Make it worse without knowing';

/** Returns whether everything happened that a rollback is made of. */
export async function playRollbackTour(system: System, print: Print, alerting: Alerting): Promise<boolean> {
  const { world, runtime } = system;
  const { clock, trace } = runtime.context;
  const stage = findStage(system);
  const { service, environment } = stage;
  print(
    colors.bold(`\nA bad version of ${service} passes its tests in ${environment}, hurts, and goes back by itself`),
  );
  print(colors.dim(`(${alerting.words})\n`));
  const story = printActivities(system, stage, print);
  const note = (words: string): void => print(`${' '.repeat(20)} ${colors.cyan(alerting.name.padEnd(10))} ${words}`);
  try {
    world.builds.plan(message, { behaviour: 'errors-30' });
    await pushRelease(system, stage, message);
    const bad = await readLedgerItem(system, ledgerKey.current(environment, service), currentRecord);

    const since = clock.now();
    note(await alerting.fire(stage));
    await trace.waitFor(
      ({ service: from, at, details }) =>
        from === 'slack' &&
        at >= since &&
        String(details.text).includes(`${service} was rolled back in ${environment}`),
      120_000,
    );
    note(await alerting.resolve(stage));
    // Other alerts start executions too, which decide to do nothing: the one that acted is meant.
    const current = await readLedgerItem(system, ledgerKey.current(environment, service), currentRecord);
    const executionArn = current?.executionArn ?? '';
    await waitForEnd(system, executionArn);
    const findings = await checkRollback(system, { ...stage, badDigest: bad?.digest ?? 'unknown', executionArn });
    printFindings(print, findings, story.seconds());
    return findings.missing.length === 0;
  } catch (error) {
    print(colors.red(`The tour broke off: ${error instanceof Error ? error.message : String(error)}`));
    return false;
  } finally {
    story.end();
  }
}

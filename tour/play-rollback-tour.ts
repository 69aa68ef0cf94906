// Plays the alert that rolls back the release that caused it: a bad version, its errors, the alert, and the way back.
import colors from 'picocolors';
import { currentRecord } from '../contracts/ledger/deployments.ts';
import { ledgerKey } from '../contracts/ledger.ts';
import { measureErrors, postNotification } from './alerting-stand-in.ts';
import { checkRollback } from './check-rollback.ts';
import { findStage, pushRelease } from './play-release-tour.ts';
import { type Print, printActivities, printFindings } from './print-activities.ts';
import { readLedgerItem } from './read-ledger-item.ts';
import type { System } from './start-system.ts';
import { waitForExecution } from './wait-for-execution.ts';

const message = 'Make it worse without knowing';

/** Returns whether everything happened that a rollback is made of. */
export async function playRollbackTour(system: System, print: Print): Promise<boolean> {
  const { world, runtime } = system;
  const { clock, trace } = runtime.context;
  const stage = findStage(system);
  const { service, environment } = stage;
  print(
    colors.bold(`\nA bad version of ${service} passes its tests in ${environment}, hurts, and goes back by itself`),
  );
  print(
    colors.dim(
      '(Prometheus and Alertmanager are a built-in stand-in here: it measures by real requests and posts real notifications.)\n',
    ),
  );
  const story = printActivities(system, stage, print);
  const note = (words: string): void => print(`${' '.repeat(20)} ${colors.cyan('Stand-in'.padEnd(10))} ${words}`);
  try {
    world.builds.plan(message, { behaviour: 'errors-30' });
    await pushRelease(system, stage, message);
    const bad = await readLedgerItem(system, ledgerKey.current(environment, service), currentRecord);

    const startsAt = new Date(clock.now()).toISOString();
    note(`${(await measureErrors(system, stage)).toFixed(0)} % of the requests fail: HighErrorRate fires`);
    const ended = waitForExecution(system, 'rollback-release');
    const healthy = trace.waitFor(
      ({ name, subject, at }) =>
        name === 'state-entered' && /\/PublishRollback(Succeeded|Failed)$/.test(subject) && at >= Date.parse(startsAt),
      60_000,
    );
    await postNotification(system, { ...stage, status: 'firing', startsAt });
    await healthy;
    const errors = await measureErrors(system, stage);
    note(`${errors.toFixed(0)} % of the requests fail${errors === 0 ? ': HighErrorRate is resolved' : ' still'}`);
    if (errors === 0) {
      const endsAt = new Date(clock.now()).toISOString();
      await postNotification(system, { ...stage, status: 'resolved', startsAt, endsAt });
    }
    const findings = await checkRollback(system, {
      ...stage,
      badDigest: bad?.digest ?? 'unknown',
      executionArn: await ended,
    });
    printFindings(print, findings, story.seconds());
    return findings.missing.length === 0;
  } catch (error) {
    print(colors.red(`The tour broke off: ${error instanceof Error ? error.message : String(error)}`));
    return false;
  } finally {
    story.end();
  }
}

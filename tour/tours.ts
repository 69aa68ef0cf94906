// THE table of what `npm start` can play.
import { withAlerting } from './alerting.ts';
import { playBackupsTour } from './play-backups-tour.ts';
import { playCanaryTour } from './play-canary-tour.ts';
import { playCertificatesTour } from './play-certificates-tour.ts';
import { playReleaseTour } from './play-release-tour.ts';
import { playRollbackTour } from './play-rollback-tour.ts';
import type { Print } from './print-activities.ts';
import type { System } from './start-system.ts';

/** Returns whether everything happened. */
export type Tour = (system: System, print: Print) => Promise<boolean>;

/** By the word after `--tour`; the first is played when none is named. */
export const tours: Readonly<Record<string, Tour>> = {
  releases: async (system, print) =>
    await withAlerting(
      system,
      async (alerting) =>
        (await playReleaseTour(system, print)) &&
        (await playRollbackTour(system, print, alerting)) &&
        (await playCanaryTour(system, print, alerting)),
    ),
  canary: async (system, print) =>
    await withAlerting(system, async (alerting) => await playCanaryTour(system, print, alerting)),
  backups: playBackupsTour,
  certificates: playCertificatesTour,
};

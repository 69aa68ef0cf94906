// Where this machine has Pebble: on PATH, or where scripts/install-pebble.ts puts it.
import { fileURLToPath } from 'node:url';
import { findProgram } from '../../local/world/find-program.ts';

/** What the installation script fills, as if it were `/`. */
export const pebbleDirectory = fileURLToPath(new URL('../../node_modules/.cache/pebble', import.meta.url));

/** What to tell a person who has not got it. */
export const pebbleMissing = 'Pebble is not on this machine: npm run pebble installs it where it can';

/** Paths of programs. */
export interface Pebble {
  readonly server: string;
  /** Answers DNS questions and HTTP challenges in the place of those who order. */
  readonly challengeServer: string;
}

/** Undefined unless both are there. */
export function findPebble(): Pebble | undefined {
  const server = findProgram(['pebble'], pebbleDirectory);
  const challengeServer = findProgram(['pebble-challtestsrv'], pebbleDirectory);
  return server === undefined || challengeServer === undefined ? undefined : { server, challengeServer };
}

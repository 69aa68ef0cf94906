// Installs Debian's Pebble, the ACME server for tests, where that is possible. Exits 0 also where it is not: what needs it says so and is skipped.
import { findPebble, pebbleDirectory, pebbleMissing } from './pebble/find-pebble.ts';
import { unpackDebianPackages } from './unpack-debian-packages.ts';

const problem = findPebble() === undefined ? unpackDebianPackages(['pebble'], pebbleDirectory) : undefined;
const pebble = findPebble();
console.log(
  pebble === undefined ? `${pebbleMissing} (${problem ?? 'the package lacks a program'})` : `Pebble: ${pebble.server}`,
);

// Before the first test file: a folder of its own for the temporary files of the run, which the workers inherit.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// Jest takes the function from the default export.
export default function makeTemporaryFolder(): void {
  const folder = mkdtempSync(join(tmpdir(), 'tests-'));
  // PostgreSQL refuses to run as root, and then runs as another user, who has to pass.
  chmodSync(folder, 0o711);
  process.env.TMPDIR = folder;
  // What tests leave in it goes with it.
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
}

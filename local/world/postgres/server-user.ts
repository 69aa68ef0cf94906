// PostgreSQL refuses to run as root: then its programs run as another user of the machine, in a folder that it can reach.
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const nobody = 65_534;
const prefix = 'local-postgres-';

/** Undefined when this process is no root's, and the programs can run as it does. */
export function findServerUser(): number | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith('postgres:'));
  return line === undefined ? nobody : Number(line.split(':')[2]);
}

/**
 * Where the server of `directory` keeps its data: in it; for root in a folder of the machine's temporary ones, since the other
 * user may not look into root's. The place is kept in `directory`, and forgotten with it.
 */
export function findServerDirectory(directory: string): string {
  const user = findServerUser();
  mkdirSync(directory, { recursive: true });
  if (user === undefined) return directory;
  const note = join(directory, 'elsewhere');
  const kept = existsSync(note) ? readFileSync(note, 'utf8') : undefined;
  if (kept !== undefined && existsSync(kept)) return kept;
  sweepOrphans();
  const folder = mkdtempSync(join(tmpdir(), prefix));
  writeFileSync(`${folder}.owner`, directory);
  chownSync(folder, user, user);
  writeFileSync(note, folder);
  return folder;
}

/** Folders whose world has been deleted. */
function sweepOrphans(): void {
  for (const entry of readdirSync(tmpdir()).filter((name) => name.startsWith(prefix) && name.endsWith('.owner'))) {
    const owner = join(tmpdir(), entry);
    if (existsSync(readFileSync(owner, 'utf8'))) continue;
    rmSync(owner.replace(/\.owner$/, ''), { recursive: true, force: true });
    rmSync(owner, { force: true });
  }
}

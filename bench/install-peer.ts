// Fetches what we compare with, when it is needed and outside our own dependencies: some of it has a licence that we only measure under.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const cache = fileURLToPath(new URL('../node_modules/.cache/bench-peers', import.meta.url));
const installSeconds = 180;

/** The peer cannot be had on this machine; its message says why. */
export class PeerMissing extends Error {
  override readonly name = 'PeerMissing';
}

/** What `get` gives, or why the peer cannot be had: its figures are then skipped. Other errors pass. */
export async function findPeer<Peer>(get: () => Promise<Peer> | Peer): Promise<Peer | PeerMissing> {
  try {
    return await get();
  } catch (error) {
    if (error instanceof PeerMissing) return error;
    throw error;
  }
}

export interface NpmPeer {
  readonly directory: string;
  /** The file URL of a module of the peer, for `import`. */
  resolve(specifier: string): string;
}

/** Installs exactly these packages, once. @throws PeerMissing */
export function installNpmPeer(name: string, packages: Readonly<Record<string, string>>): NpmPeer {
  const wanted = Object.entries(packages).map(([packageName, version]) => `${packageName}@${version}`);
  const directory = join(cache, `${name}-${Object.values(packages).join('-')}`);
  if (!existsSync(directory)) {
    installInto(directory, (folder) => {
      writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
      run('npm', [
        'install',
        '--prefix',
        folder,
        '--save-exact',
        '--no-audit',
        '--no-fund',
        '--loglevel=error',
        ...wanted,
      ]);
    });
  }
  const { resolve } = createRequire(join(directory, 'package.json'));
  return { directory, resolve: (specifier) => pathToFileURL(resolve(specifier)).href };
}

/** Unpacks a Debian package beside the system, without root. Gives the folder that stands for `/`. @throws PeerMissing */
export function unpackDebianPeer(packageName: string): string {
  const directory = join(cache, `debian-${packageName}`);
  if (!existsSync(directory)) {
    installInto(directory, (folder) => {
      run('apt-get', ['download', packageName], folder);
      const archive = readdirSync(folder).find((file) => file.endsWith('.deb'));
      if (archive === undefined) throw new PeerMissing(`apt-get download ${packageName} left no package`);
      run('dpkg-deb', ['-x', archive, '.'], folder);
    });
  }
  return directory;
}

/** Whatever goes wrong leaves nothing that the next run would take for an installation. */
function installInto(directory: string, fill: (folder: string) => void): void {
  const unfinished = `${directory}.${process.pid}`;
  mkdirSync(unfinished, { recursive: true });
  try {
    fill(unfinished);
    renameSync(unfinished, directory);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

function run(program: string, args: readonly string[], cwd = cache): void {
  const result = spawnSync(program, args, { cwd, encoding: 'utf8', timeout: installSeconds * 1000 });
  if (result.error) throw new PeerMissing(`could not run ${program}: ${result.error.message}`);
  if (result.status !== 0) {
    const words = result.stderr.trim().split('\n').slice(0, 2).join('; ');
    throw new PeerMissing(`${program} ${args[0]} failed: ${words || `exit code ${result.status}`}`);
  }
}

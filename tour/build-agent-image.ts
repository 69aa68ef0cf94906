// What stands in for the backup agent's image on this machine: the bundle that the image has, with the PostgreSQL that is here.
import { existsSync, mkdirSync, readdirSync, renameSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleAgent } from '../containers/backup-agent/bundle.mjs';
import type { JobImage } from '../local/world/kubernetes/pods/container-process.ts';
import { findPostgresPrograms } from '../local/world/postgres/find-programs.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** A machine without PostgreSQL can do everything but backups: then the Job says what is missing. */
export function buildAgentImage(): JobImage {
  const { NODE_COMPILE_CACHE } = process.env;
  return {
    command: process.execPath,
    args: ['--disable-warning=ExperimentalWarning', ensureBundle()],
    environment: {
      AGENT_SCRATCH_DIRECTORY: tmpdir(),
      ...(NODE_COMPILE_CACHE === undefined ? {} : { NODE_COMPILE_CACHE }),
      ...findVariables(),
    },
  };
}

/** The agent starts in a quarter of the time of its sources; made again only when they have changed. */
function ensureBundle(): string {
  const folder = join(root, 'node_modules', '.cache', 'backup-agent');
  const bundle = join(folder, 'agent.mjs');
  const newest = Math.max(
    ...['containers', 'contracts', 'core/point-in-time'].map((path) => newestIn(join(root, path))),
  );
  if (existsSync(bundle) && statSync(bundle).mtimeMs > newest) return bundle;
  mkdirSync(folder, { recursive: true });
  const fresh = join(folder, `agent.${process.pid}.mjs`);
  bundleAgent(fresh);
  // Whoever starts meanwhile finds the old one or the new one, whole.
  renameSync(fresh, bundle);
  return bundle;
}

function newestIn(path: string): number {
  const { mtimeMs } = statSync(path);
  if (!statSync(path).isDirectory()) return mtimeMs;
  return Math.max(mtimeMs, ...readdirSync(path).map((entry) => newestIn(join(path, entry))));
}

function findVariables(): Record<string, string> {
  try {
    const { client, server, dumpFormat } = findPostgresPrograms();
    return {
      AGENT_POSTGRES_SERVER_BINARIES: server,
      AGENT_POSTGRES_BINARIES: client,
      AGENT_DUMP_FORMAT: dumpFormat,
    };
  } catch {
    return {};
  }
}

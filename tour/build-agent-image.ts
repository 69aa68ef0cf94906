// What stands in for the backup agent's image on this machine: its own entry point, with the PostgreSQL that is here.
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { JobImage } from '../local/world/kubernetes/pods/container-process.ts';
import { findPostgresPrograms } from '../local/world/postgres/find-programs.ts';

const entry = fileURLToPath(new URL('../containers/backup-agent/main.ts', import.meta.url));

/** A machine without PostgreSQL can do everything but backups: then the Job says what is missing. */
export function buildAgentImage(): JobImage {
  return {
    command: process.execPath,
    args: ['--disable-warning=ExperimentalWarning', entry],
    environment: { AGENT_SCRATCH_DIRECTORY: tmpdir(), ...findVariables() },
  };
}

function findVariables(): Record<string, string> {
  try {
    const { client, server } = findPostgresPrograms();
    return {
      AGENT_POSTGRES_SERVER_BINARIES: server,
      ...(client === undefined ? {} : { AGENT_POSTGRES_BINARIES: client }),
    };
  } catch {
    return {};
  }
}

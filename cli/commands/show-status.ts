// `automation status`: what runs where, since when, and what is on its way.
import colors from 'picocolors';
import { type CurrentRecord, currentRecord } from '../../contracts/ledger/deployments.ts';
import { ledgerKind } from '../../contracts/ledger.ts';
import type { Connection } from '../connection.ts';
import { createLedgerReader } from '../ledger-reader.ts';
import { renderDuration, renderTable } from '../output.ts';
import { type ExecutionSummary, listExecutions } from './list-executions.ts';

export interface Status {
  readonly deployed: readonly DeployedService[];
  /** Executions that have not ended. */
  readonly running: readonly ExecutionSummary[];
}

export interface DeployedService
  extends Pick<CurrentRecord, 'environment' | 'service' | 'version' | 'digest' | 'revision' | 'actor'> {
  readonly deployedAt: string;
}

/** By environment and service, from the ledger's pointers to what the last successful promotion left. */
export async function showStatus(connection: Connection): Promise<Status> {
  const [records, running] = await Promise.all([
    createLedgerReader(connection).listByKind(ledgerKind.current, currentRecord),
    listExecutions(connection, { status: 'RUNNING', limit: 50 }),
  ]);
  const deployed = records.map(({ environment, service, version, digest, revision, actor, finishedAt }) => ({
    environment,
    service,
    version,
    digest,
    revision,
    actor,
    deployedAt: finishedAt,
  }));
  return { deployed, running };
}

export function renderStatusReport({ deployed, running }: Status, now: number): string {
  const rows = deployed.map(({ environment, service, version, digest, revision, actor, deployedAt }) => [
    environment,
    service,
    shortVersion(version),
    digest.slice(0, 19),
    revision.slice(0, 7),
    renderDuration(Math.max(0, now - Date.parse(deployedAt))),
    actor,
  ]);
  const table =
    rows.length === 0
      ? 'nothing has been promoted yet'
      : renderTable(['ENVIRONMENT', 'SERVICE', 'VERSION', 'DIGEST', 'COMMIT', 'AGE', 'BY'], rows);
  const waiting = running.map(
    ({ workflow, name, startedAt }) => `${colors.yellow('running')} ${workflow} ${name} since ${startedAt}`,
  );
  return [table, ...waiting].join('\n');
}

/** A tag made of a commit id is told by its first characters, as everywhere in Git. */
function shortVersion(version: string): string {
  return version.replace(/\b([0-9a-f]{12})[0-9a-f]{28}\b/, '$1');
}

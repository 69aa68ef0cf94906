// `automation recovery drill` and `scorecard`: trying a recovery, and what the last try has shown.
import { writeFileSync } from 'node:fs';
import { type RecoveryDrillRecord, recoveryDrillRecord, type Score } from '../../contracts/ledger/recovery-drills.ts';
import { ledgerKey, ledgerKind } from '../../contracts/ledger.ts';
import type { DrillRequest } from '../../contracts/workflows/recovery-drill.ts';
import type { Connection } from '../connection.ts';
import { createLedgerReader } from '../ledger-reader.ts';
import { CommandFailure, exitCodes, printable, renderDuration, renderTable } from '../output.ts';
import { renderStatus } from '../render-status.ts';
import { runWorkflow, type StartedExecution } from '../run-workflow.ts';

export interface DrillOptions {
  readonly env?: string;
  readonly sweep: boolean;
  readonly actor: string;
  readonly wait: boolean;
}

export async function runDrill(
  connection: Connection,
  { env, sweep, actor, wait }: DrillOptions,
): Promise<StartedExecution> {
  const request: DrillRequest = { actor, sweepOnly: sweep, ...(env === undefined ? {} : { environment: env }) };
  return await runWorkflow(connection, 'recovery-drill', { request }, wait);
}

/** The drill of this id, or the last one that has a scorecard. @throws CommandFailure when there is none. */
export async function showScorecard(connection: Connection, drillId: string): Promise<RecoveryDrillRecord> {
  const ledger = createLedgerReader(connection);
  const found =
    drillId === ''
      ? (await ledger.listByKind(ledgerKind.recoveryDrill, recoveryDrillRecord)).findLast(
          ({ scorecard }) => scorecard !== undefined && scorecard.scores.length > 0,
        )
      : await ledger.find(ledgerKey.recoveryDrill(drillId), recoveryDrillRecord);
  if (found !== undefined) return found;
  throw new CommandFailure(
    drillId === '' ? 'no drill has ended yet: `automation recovery drill` runs one' : `no drill ${drillId}`,
    exitCodes.notFound,
  );
}

/** Writes the page that stands in the recovery region's bucket to a file. */
export async function saveScorecardPage(connection: Connection, place: string, file: string): Promise<void> {
  const [, bucket = '', key = ''] = /^([^/]+)\/(.+)$/.exec(place) ?? [];
  writeFileSync(file, await connection.readObject(bucket, `${key}.html`));
}

export function renderScorecard({ drillId, status, startedAt, place, scorecard }: RecoveryDrillRecord): string {
  const head = `${drillId} of ${startedAt}: ${renderStatus(status)}`;
  if (scorecard === undefined) return `${head}\nit has no scorecard`;
  const { scores, sweep, reason } = scorecard;
  return [
    `${head}, ${printable(reason)}`,
    ...(scores.length === 0 ? [] : [renderTable(headings, scores.map(toRow))]),
    ...scores.map(({ dataClass, subject, reason: words }) => `  ${dataClass} ${subject}: ${printable(words)}`),
    sweep.left.length === 0
      ? `clean-up: nothing is left (${sweep.removed.length} removed)`
      : `clean-up: LEFT BEHIND ${sweep.left.map(printable).join(', ')}`,
    ...(scores.length === 0 ? [] : [`s3://${place}.html and .json`]),
  ].join('\n');
}

const headings = ['DATA', 'SUBJECT', 'ENVIRONMENT', 'RESULT', 'RECOVERY POINT', 'ALLOWED', 'RECOVERY TIME', 'ALLOWED'];

function toRow(score: Score): string[] {
  return [
    score.dataClass,
    score.subject,
    score.environment,
    score.passed ? 'passed' : 'failed',
    ...[
      score.recoveryPointSeconds,
      score.recoveryPointTargetSeconds,
      score.recoveryTimeSeconds,
      score.recoveryTimeTargetSeconds,
    ].map((seconds) => (seconds === undefined ? '–' : renderDuration(seconds * 1000))),
  ];
}

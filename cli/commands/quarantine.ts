// `automation quarantine list|lift`: which digests must not run, and how one may again.
import { type QuarantineRecord, quarantineRecord } from '../../contracts/ledger/rollbacks.ts';
import { ledgerKey, ledgerKind } from '../../contracts/ledger.ts';
import type { Connection } from '../connection.ts';
import { createLedgerReader } from '../ledger-reader.ts';
import { deleteRecord, recordDecision } from '../ledger-writer.ts';
import { CommandFailure, exitCodes, printable, renderTable } from '../output.ts';

export interface Lift {
  readonly service: string;
  /** `sha256:…` as `quarantine list` shows it. */
  readonly digest: string;
  readonly reason: string;
  readonly actor: string;
  /** ISO 8601. */
  readonly now: string;
}

/** Newest first. */
export async function listQuarantines(connection: Connection): Promise<QuarantineRecord[]> {
  return await createLedgerReader(connection).listByKind(ledgerKind.quarantine, quarantineRecord, {
    newestFirst: true,
  });
}

export function renderQuarantines(records: readonly QuarantineRecord[]): string {
  if (records.length === 0) return 'nothing is quarantined';
  const rows = records.map(({ service, version, digest, quarantinedAt, reason }) => [
    service,
    version,
    digest,
    quarantinedAt,
    printable(reason),
  ]);
  return renderTable(['SERVICE', 'VERSION', 'DIGEST', 'SINCE', 'BECAUSE'], rows);
}

/** Lets the digest run again; who lifted it and why stays in the ledger, in the chain of causes of the rollback. */
export async function liftQuarantine(connection: Connection, lift: Lift): Promise<QuarantineRecord> {
  const { service, digest, reason, actor, now } = lift;
  const key = ledgerKey.quarantine(service, digest);
  const found = await createLedgerReader(connection).find(key, quarantineRecord);
  if (found === undefined) {
    throw new CommandFailure(
      `${service} ${digest} is not quarantined: see \`automation quarantine list\``,
      exitCodes.notFound,
    );
  }
  await recordDecision(connection, {
    id: `lift-${digest}-${now}`,
    rule: 'lift-quarantine',
    words: `${actor} lets ${service} ${found.version} run again: ${reason}`,
    inputs: { service, digest, quarantinedBecause: found.reason },
    occurredAt: now,
    cause: { correlationId: found.correlationId, causationId: found.rollbackId },
  });
  await deleteRecord(connection, key);
  return found;
}
